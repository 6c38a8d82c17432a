import { formatAge } from '../../rules/duration.ts';

/** Time since an RFC 3339 time as kubectl shows ages; empty when there is none. */
export function age(time: string | undefined, now: Date): string {
  if (time === undefined) return '';
  const then = Date.parse(time);
  return Number.isNaN(then) ? '<invalid>' : formatAge(now.getTime() - then);
}

/** `in 5m`, `3h ago`, `now`. */
export function relative(time: Date, now: Date): string {
  const milliseconds = time.getTime() - now.getTime();
  if (Math.abs(milliseconds) < 1000) return 'now';
  return milliseconds > 0 ? `in ${formatAge(milliseconds)}` : `${formatAge(-milliseconds)} ago`;
}
