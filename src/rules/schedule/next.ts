import { MINUTE, nextOnCalendar } from './calendar.ts';
import type { Schedule } from './parse.ts';
import { type Segment, segmentAt } from './zone.ts';

/** The longest wait there is: 29 February around a century year that is no leap year, plus a year of slack. */
const HORIZON = 9 * 366 * 86_400_000;

/**
 * The first run of the schedule strictly after `after`, on the wall clock of `timeZone`. Always a whole minute.
 *
 * Where the clock is put ahead, runs in the missing stretch happen once, at the first minute that exists again. Where it is put back, a run
 * happens in the first pass only, unless the hour field is `*`: then "every hour" means every hour that passes. A field such as `*` with
 * step 2 names certain hours, so it is not "every hour".
 *
 * undefined only for dates beyond what the calendar can show. Throws Invalid for an unknown time zone.
 */
export function nextAfter(schedule: Schedule, after: Date, timeZone: string): Date | undefined {
  let from = (Math.floor(after.getTime() / MINUTE) + 1) * MINUTE;
  const horizon = from + HORIZON;
  while (from < horizon) {
    const segment = segmentAt(from, timeZone);
    if (from === segment.start && fellIntoGap(schedule, segment)) return new Date(from);
    const run = nextInSegment(schedule, segment, from, horizon);
    if (run !== undefined) return new Date(run);
    from = segment.end;
  }
  return undefined;
}

function fellIntoGap(schedule: Schedule, { start, offset, previousOffset }: Segment): boolean {
  return nextOnCalendar(schedule, start + previousOffset, start + offset) !== undefined;
}

function nextInSegment(schedule: Schedule, segment: Segment, from: number, horizon: number): number | undefined {
  const { start, end, offset, previousOffset } = segment;
  // After a fold the wall clock repeats what it showed before `start`; up to there a run has had its turn.
  const firstOwn = schedule.everyHour ? -Infinity : start + previousOffset;
  const wall = nextOnCalendar(schedule, Math.max(from + offset, firstOwn), Math.min(end, horizon) + offset);
  return wall === undefined ? undefined : wall - offset;
}
