/**
 * Milliseconds since a time that was written down, for what is done again after a while. A time still to come was written before the
 * clock was set back: nothing can be told by it, so the while is over (Infinity); so it is for a time that cannot be read.
 */
export function elapsed(time: string | number, now: Date): number {
  const ms = now.getTime() - milliseconds(time);
  return ms >= -TOLERANCE_MS ? ms : Number.POSITIVE_INFINITY;
}

/**
 * The same for somebody who waits, and is better off waiting than not: a clock that was set back a second must not end the wait, and one
 * that was set back a day must not make it a day. So how far apart the two are counts, whichever comes first.
 */
export function apart(time: string | number, now: Date): number {
  const ms = Math.abs(now.getTime() - milliseconds(time));
  return Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms;
}

/** Whether a time that was written down can have been: false when it is still to come, or cannot be read. */
export function hasBeen(time: string | number, now: Date): boolean {
  return now.getTime() - milliseconds(time) >= -TOLERANCE_MS;
}

/** Times in status have whole seconds. */
const TOLERANCE_MS = 1000;

function milliseconds(time: string | number): number {
  return typeof time === 'number' ? time : Date.parse(time);
}
