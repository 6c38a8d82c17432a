import { DURATION_PATTERN } from '../api/duration-pattern.ts';
import { StashError } from '../errors/error.ts';

/**
 * Milliseconds of a length of time in Go's notation ("1h30m", "1.5h", "300ms", "0"); what is finer is rounded. Throws Invalid; days are
 * refused as Kubernetes refuses them, since a day has not always 24 hours.
 */
export function parseDuration(text: string): number {
  if (isDuration(text)) return Math.round(sum(text));
  throw new StashError(
    'Invalid',
    `duration "${text}" is not valid; accepted are numbers with ns, us, ms, s, m or h, as in "90s" or "1h30m"`,
  );
}

/** Whether {@link parseDuration} reads it. */
export function isDuration(text: string): boolean {
  return new RegExp(DURATION_PATTERN).test(text) && Number.isSafeInteger(Math.round(sum(text)));
}

/** A length of time in milliseconds as text that {@link parseDuration} reads back: "1h30m", "41s", "2.5s", "300ms". */
export function formatDuration(milliseconds: number): string {
  const total = Math.max(0, Math.round(milliseconds));
  if (total === 0) return '0s';
  if (total < UNITS.s) return `${total}ms`;
  const parts = [
    [Math.floor(total / UNITS.h), 'h'],
    [Math.floor((total % UNITS.h) / UNITS.m), 'm'],
    [(total % UNITS.m) / UNITS.s, 's'],
  ] as const;
  return parts.map(([count, unit]) => (count === 0 ? '' : `${count}${unit}`)).join('');
}

/** The age of something in milliseconds as kubectl shows it, at two units at most: "45s", "3m12s", "3h12m", "5d", "2y31d". */
export function formatAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const years = Math.floor(days / 365);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return two(minutes, 'm', seconds % 60, 's');
  if (hours < 3) return `${minutes}m`;
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm');
  if (days < 2) return `${hours}h`;
  if (days < 8) return two(days, 'd', hours % 24, 'h');
  if (years < 2) return `${days}d`;
  if (years < 8) return two(years, 'y', days % 365, 'd');
  return `${years}y`;
}

const UNITS = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function sum(text: string): number {
  const parts = text.matchAll(/([0-9.]+)(ns|us|µs|ms|s|m|h)/g);
  return [...parts].reduce((total, [, count, unit]) => total + Number(count) * UNITS[unit as keyof typeof UNITS], 0);
}

function two(first: number, firstUnit: string, second: number, secondUnit: string): string {
  return second === 0 ? `${first}${firstUnit}` : `${first}${firstUnit}${second}${secondUnit}`;
}
