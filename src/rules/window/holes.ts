import { covers, formatState, parseState } from '../gtid/state.ts';
import type { Interval } from './intervals.ts';
import type { LooseLog } from './loose-logs.ts';
import type { StoredLog } from './stored.ts';

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

/** What cannot be restored to since the log goes on from no backup; it ends with the next backup. */
export interface OpenHole extends Hole {
  /** Of the series that is archived meanwhile. */
  host: string;
  timeline: string;
}

/** `log`: what was stored last of that series, or, where only the status is known, what that says of it. */
export function openHole(intervals: readonly Interval[], log: StoredLog | LooseLog): OpenHole {
  const { host, timeline } = log;
  const [last] = [...intervals].sort((a, b) => b.to - a.to);
  const to = typeof log.until === 'number' ? log.until : Date.parse(log.until);
  const since = 'since' in log ? log.since : to;
  const [first, end] = 'to' in log ? [formatState(log.from), formatState(log.to)] : [undefined, log.gtid];
  return { from: last?.to ?? since, to, ...between(last === undefined ? first : last.gtidTo, end), host, timeline };
}

/** On a timeline that uses GTIDs again, those of the one before it say nothing of what is missing. */
function between(from: string | undefined, to: string | undefined): Pick<Hole, 'gtidFrom' | 'gtidTo'> {
  const isAfter = from === undefined || to === undefined || (from !== to && covers(parseState(to), parseState(from)));
  return isAfter ? { gtidFrom: from, gtidTo: to } : { gtidFrom: undefined, gtidTo: undefined };
}
