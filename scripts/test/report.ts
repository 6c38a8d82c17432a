import { inspect } from 'node:util';
import type { Failure, Results, Skip } from './results.ts';

/** The last line alone is for programs; the rest is for people. */
export function reportOf(results: Results, color: boolean): string {
  const { failures, skips, passed } = results;
  return [
    ...failures.map((failure) => failureText(failure, color)),
    ...outputOfFailed(results),
    ...skipLines(skips),
    ...slowestLines(results.durations),
    `${passed} passed, ${failures.length} failed${skips.length === 0 ? '' : `, ${skips.length} skipped`}`,
  ].join('\n');
}

function failureText({ file, place, path, error }: Failure, color: boolean): string {
  const name = path.filter((part) => part !== file).join(' > ') || 'the file itself';
  const what = typeof error === 'string' ? error : inspect(error, { colors: color, depth: 6 });
  const where = place.startsWith(`${file}:`) ? place : `${file} (${place})`;
  return `\nFAILED ${where}\n  ${name}\n${what.replace(/^/gm, '    ')}\n`;
}

const OUTPUT_LINES = 200;

function outputOfFailed({ failures, output }: Results): string[] {
  return [...new Set(failures.map(({ file }) => file))].flatMap((file) => {
    const lines = (output.get(file) ?? '').trimEnd().split('\n');
    if (lines.join('') === '') return [];
    const kept = lines.slice(-OUTPUT_LINES);
    return [`What ${file} printed${kept.length < lines.length ? ` (the last ${OUTPUT_LINES} lines)` : ''}:`, ...kept, ''];
  });
}

function skipLines(skips: readonly Skip[]): string[] {
  if (skips.length === 0) return [];
  return ['Skipped:', ...skips.map(({ file, path, reason }) => `  ${file}: ${path.join(' > ')}${reason === '' ? '' : `: ${reason}`}`), ''];
}

function slowestLines(durations: Readonly<Record<string, number>>): string[] {
  const slow = Object.entries(durations)
    .filter(([, ms]) => ms >= 1000)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 10);
  if (slow.length === 0) return [];
  return ['Slowest files:', ...slow.map(([file, ms]) => `  ${(ms / 1000).toFixed(1).padStart(6)} s  ${file}`), ''];
}
