import { basename } from 'node:path';
import type { SourceFile } from '../project-files.ts';
import type { Outcome } from './outcome.ts';

/** Small files with names that say something: what keeps a newcomer's quarter of an hour. */
export function checkFileSizes(files: readonly SourceFile[]): Outcome {
  const sizes = files.filter(({ name }) => isCode(name)).map(({ name, text }) => ({ name, lines: lineCount(text) }));
  const sorted = sizes.map(({ lines }) => lines).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const large = sizes.filter(({ lines }) => lines >= LARGE);
  const problems = sizes
    .filter(({ lines }) => lines > LARGEST)
    .map(({ name, lines }) => `${name}: ${lines} lines; no file has more than ${LARGEST}: it holds several ideas, give each its file`);
  if (median > MEDIAN) problems.push(`src: the median file has ${median} lines; at most ${MEDIAN}`);
  if (large.length * 10 > sizes.length) {
    problems.push(`src: ${large.length} of ${sizes.length} files have ${LARGE} lines or more; at most one in ten: ${namesOf(large)}`);
  }
  problems.push(
    ...files
      .filter(({ name }) => GRAB_BAGS.test(basename(name)))
      .map(({ name }) => `${name}: this name says nothing of what is in the file; name the idea`),
  );
  return { note: `${sizes.length} files, median ${median} lines, longest ${sorted.at(-1) ?? 0}`, problems };
}

const MEDIAN = 90;
const LARGE = 300;
const LARGEST = 500;
const GRAB_BAGS = /^(utils?|helpers?|types|common|misc|shared)(\.test)?\.ts$/;

function isCode(name: string): boolean {
  return !name.includes('.generated.') && (/\.(ts|sh|grit)$/.test(name) || /^(bin\/.*|\.ci\/.*|Makefile)$/.test(name));
}

function lineCount(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

function namesOf(files: readonly { name: string; lines: number }[]): string {
  return files.map(({ name, lines }) => `${name} (${lines})`).join(', ');
}
