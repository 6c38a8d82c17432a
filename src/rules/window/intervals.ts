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
export function intervalsOf(stored: Stored, reaches: readonly Reach[] = reachable(stored)): Interval[] {
  const covered = new Set(reaches.flatMap(({ log }) => basesIn(stored, log)));
  const points = stored.bases.filter((base) => !covered.has(base)).map(pointOf);
  return [...merged(reaches), ...points].sort((a, b) => a.from - b.from || a.to - b.to);
}

/** How logs lead to one another; to find out takes the square of their number. */
interface LogGraph {
  before: ReadonlyMap<StoredLog, ReturnType<typeof predecessors>>;
  after: ReadonlyMap<StoredLog, readonly { log: StoredLog }[]>;
}

export function logGraph(stored: Pick<Stored, 'logs'>): LogGraph {
  const before = new Map(stored.logs.map((log) => [log, predecessors(stored, log)]));
  const after = Map.groupBy(
    stored.logs.flatMap((log) => (before.get(log) ?? []).map((one) => ({ log, before: one.log }))),
    (one) => one.before,
  );
  return { before, after };
}

/**
 * A log is reached by its own bases, or by those of the logs it goes on from: what is reached from earlier tells those that go on from it.
 */
export function reachable(stored: Stored, { before, after }: LogGraph = logGraph(stored)): Reach[] {
  const own = new Map(stored.logs.map((log) => [log, basesIn(stored, log).map((base) => ownReach(log, base))]));
  const found = new Map<StoredLog, Reach>();
  // Oldest first: what a log goes on from is mostly settled by then. A set goes through what is added to it meanwhile.
  const waiting = new Set([...stored.logs].sort((a, b) => a.until - b.until));
  for (const log of waiting) {
    waiting.delete(log);
    const inherited = (before.get(log) ?? []).flatMap((one) => inheritedReach(log, one, found.get(one.log)));
    const reach = [...(own.get(log) ?? []), ...inherited].sort((a, b) => (covers(a.from, b.from) ? 1 : -1))[0];
    const known = found.get(log);
    if (reach === undefined || (known !== undefined && (!covers(known.from, reach.from) || covers(reach.from, known.from)))) continue;
    found.set(log, reach);
    for (const one of after.get(log) ?? []) waiting.add(one.log);
  }
  return [...found.values()];
}

function ownReach(log: StoredLog, { state, time }: Base): Reach {
  return { log, from: state ?? new Map(), time };
}

function inheritedReach(log: StoredLog, { log: before, at }: { log: StoredLog; at: GtidState }, reach: Reach | undefined): Reach[] {
  if (reach === undefined || !covers(at, reach.from)) return [];
  if (before.timeline === log.timeline) return [{ ...reach, log }];
  // The state they share was reached when the first was last read, if that had nothing more; else when the second began, at the latest.
  const time = covers(at, before.to) ? before.until : Math.max(log.since, reach.time);
  return [{ log, from: at, time: Math.min(time, log.until) }];
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
