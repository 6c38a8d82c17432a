import { MINUTE } from './calendar.ts';
import { nextAfter } from './next.ts';
import type { Schedule } from './parse.ts';

interface DueTicks {
  /** The last tick in the range; absent when there is none. */
  latest?: Date;
  /** How many ticks are in the range; `limit` when there are that many or more. */
  count: number;
}

/**
 * The ticks in `after < tick <= upTo`. Costs at most `limit` steps plus a few dozen, however long the range is: a machine that was off for
 * years must not think for minutes when it comes back.
 */
export function dueTicks(schedule: Schedule, after: Date, upTo: Date, timeZone: string, limit: number): DueTicks {
  const within = (from: Date): Date | undefined => {
    const tick = nextAfter(schedule, from, timeZone);
    return tick && tick <= upTo ? tick : undefined;
  };
  let count = 0;
  let latest: Date | undefined;
  for (let tick = within(after); tick; tick = within(tick)) {
    latest = tick;
    count += 1;
    if (count >= limit) return { latest: lastFrom(tick, upTo, within), count };
  }
  return latest ? { latest, count } : { count };
}

/** Halves the range until no tick can be left after the last one found. */
function lastFrom(known: Date, upTo: Date, within: (from: Date) => Date | undefined): Date {
  let last = known;
  let end = upTo.getTime();
  while (end - last.getTime() >= MINUTE) {
    const middle = new Date((last.getTime() + end) / 2);
    const tick = within(middle);
    if (tick) last = tick;
    else end = middle.getTime();
  }
  return last;
}
