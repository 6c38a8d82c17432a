import { StashError } from '../../errors/error.ts';
import { parseState } from '../gtid/state.ts';
import type { PointWish } from './choose.ts';
import { type Interval, intervalsOf } from './intervals.ts';
import { timeText } from './recoverable.ts';
import type { Stored } from './stored.ts';

/** The refusal of a point that cannot be restored to, with what can be next to it. A point is never moved to one of them. */
export function outside(stored: Stored, wish: PointWish): StashError {
  const intervals = intervalsOf(stored).filter(({ timeline }) => wish.timeline === undefined || timeline === wish.timeline);
  const of = wish.timeline === undefined ? '' : ` of timeline ${wish.timeline}`;
  if (intervals.length === 0) return new StashError('PointOutsideWindow', `nothing is stored that could be restored to a point${of}`);
  const what = wish.time === undefined ? `the GTID ${wish.gtid ?? ''}` : timeText(wish.time);
  const near = wish.time === undefined ? nearGtid(intervals, wish.gtid ?? '') : nearTime(intervals, wish.time);
  return new StashError(
    'PointOutsideWindow',
    `${what} cannot be restored to${of}; nearest ${near.length === 1 ? 'is' : 'are'} ${near.map(intervalText).join(' and ')}`,
  );
}

function nearTime(intervals: readonly Interval[], time: number): Interval[] {
  const before = intervals.filter(({ to }) => to <= time).sort((a, b) => b.to - a.to)[0];
  const after = intervals.filter(({ from }) => from > time).sort((a, b) => a.from - b.from)[0];
  return [before, after].filter((one) => one !== undefined);
}

/** By the newest ends of the domain that is asked for; without any the newest interval. */
function nearGtid(intervals: readonly Interval[], gtid: string): Interval[] {
  const wanted = [...parseState(gtid).values()][0];
  const sequence = (text: string | undefined) => parseState(text ?? '').get(wanted?.domain ?? 0)?.sequence;
  const known = intervals.filter(({ gtidTo }) => sequence(gtidTo) !== undefined);
  const before = known.filter(({ gtidTo }) => (sequence(gtidTo) ?? 0n) < (wanted?.sequence ?? 0n)).at(-1);
  const after = known.find(({ gtidFrom }) => (sequence(gtidFrom) ?? 0n) >= (wanted?.sequence ?? 0n));
  const near = [before, after].filter((one) => one !== undefined);
  return near.length > 0 ? near : intervals.slice(-1);
}

/** `2026-11-22T10:00:00Z to 2026-11-22T10:15:00Z (0-1-4 to 0-1-4711, timeline 1a2b3c4d)`. */
function intervalText({ from, to, gtidFrom, gtidTo, timeline }: Interval): string {
  const times = from === to ? timeText(from) : `${timeText(from)} to ${timeText(to)}`;
  const gtids = gtidTo === undefined ? [] : [gtidFrom === gtidTo ? gtidTo : `${gtidFrom} to ${gtidTo}`];
  const rest = [...gtids, ...(timeline === undefined ? [] : [`timeline ${timeline}`])];
  return rest.length === 0 ? times : `${times} (${rest.join(', ')})`;
}
