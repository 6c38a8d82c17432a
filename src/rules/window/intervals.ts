import { covers, formatState, type GtidState } from '../gtid/state.ts';
import { basesIn, predecessors } from './paths.ts';
import type { Base, Stored, StoredLog } from './stored.ts';

/** A stretch that can be restored to, on one timeline; of a single point `from` and `to` are one. Times in milliseconds. */
export interface Interval {
  from: number;
  to: number;
  gtidFrom: string | undefined;
  gtidTo: string | undefined;
  host: string;
  /** Absent: a snapshot without logs. */
  timeline: string | undefined;
}

/** From where on, and since when, a log can be restored to. */
export interface Reach {
  log: StoredLog;
  from: GtidState;
  time: number;
}

/** What can be restored to, oldest first: stretches of logs that go on from a base, and bases that no log goes on from. */
export function intervalsOf(stored: Stored): Interval[] {
  const reaches = reachable(stored);
  const covered = new Set(reaches.flatMap(({ log }) => basesIn(stored, log)));
  const points = stored.bases.filter((base) => !covered.has(base)).map(pointOf);
  return [...merged(reaches), ...points].sort((a, b) => a.from - b.from || a.to - b.to);
}

/** Goes on until nothing more is reached: a log is reached by its own bases, or by those of the logs it goes on from. */
export function reachable(stored: Stored): Reach[] {
  const found = new Map<StoredLog, Reach>();
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const log of stored.logs) {
      const reach = reachOf(stored, log, found);
      if (reach !== undefined) found.set(log, reach);
    }
  }
  return [...found.values()];
}

function reachOf(stored: Stored, log: StoredLog, found: ReadonlyMap<StoredLog, Reach>): Reach | undefined {
  const own = basesIn(stored, log).map((base) => ({ log, from: base.state ?? new Map(), time: base.time }));
  const inherited = predecessors(stored, log).flatMap(({ log: before, at }) => {
    const reach = found.get(before);
    if (reach === undefined || !covers(at, reach.from)) return [];
    if (before.timeline === log.timeline) return [{ ...reach, log }];
    // The state they share was reached when the first was last read, if that had nothing more; else when the second began, at the latest.
    const time = covers(at, before.to) ? before.until : Math.max(log.since, reach.time);
    return [{ log, from: at, time: Math.min(time, log.until) }];
  });
  return [...own, ...inherited].sort((a, b) => (covers(a.from, b.from) ? 1 : -1))[0];
}

/** Logs of one timeline that reach into each other are one stretch. */
function merged(reaches: readonly Reach[]): Interval[] {
  const intervals: (Interval & { end: GtidState })[] = [];
  for (const { log, from, time } of [...reaches].sort((a, b) => (covers(a.from, b.from) ? 1 : -1))) {
    const before = intervals.find((one) => one.timeline === log.timeline && covers(one.end, from));
    const own = { from: Math.min(time, log.until), gtidFrom: formatState(from), host: log.host, timeline: log.timeline };
    const end = { to: log.until, gtidTo: formatState(log.to), end: log.to };
    if (before === undefined) intervals.push({ ...own, ...end });
    else if (covers(log.to, before.end)) Object.assign(before, end, { to: Math.max(before.to, log.until) });
  }
  return intervals.map(({ end: _end, ...interval }) => interval);
}

function pointOf({ host, time, state }: Base): Interval {
  const gtid = state === undefined ? undefined : formatState(state);
  return { from: time, to: time, gtidFrom: gtid, gtidTo: gtid, host, timeline: undefined };
}
