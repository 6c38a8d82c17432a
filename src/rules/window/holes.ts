import { covers, parseState } from '../gtid/state.ts';
import type { Interval } from './intervals.ts';

/** What cannot be restored to, between two stretches that can. */
interface Hole {
  from: number;
  to: number;
  gtidFrom: string | undefined;
  gtidTo: string | undefined;
}

/** Between intervals in the order of their beginnings, whichever timeline they are of. */
export function holesOf(intervals: readonly Interval[]): Hole[] {
  const holes: Hole[] = [];
  let last: Interval | undefined;
  for (const next of [...intervals].sort((a, b) => a.from - b.from)) {
    if (last !== undefined && next.from > last.to) holes.push({ from: last.to, to: next.from, ...between(last.gtidTo, next.gtidFrom) });
    if (last === undefined || next.to > last.to) last = next;
  }
  return holes;
}

/** On a timeline that uses GTIDs again, those of the one before it say nothing of what is missing. */
function between(from: string | undefined, to: string | undefined): Pick<Hole, 'gtidFrom' | 'gtidTo'> {
  const isAfter = from === undefined || to === undefined || (from !== to && covers(parseState(to), parseState(from)));
  return isAfter ? { gtidFrom: from, gtidTo: to } : { gtidFrom: undefined, gtidTo: undefined };
}
