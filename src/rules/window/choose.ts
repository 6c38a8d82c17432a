import { StashError } from '../../errors/error.ts';
import { covers, formatState, type GtidState, parseState, sameState, sequenceOf } from '../gtid/state.ts';
import { type Reach, reachable } from './intervals.ts';
import { outside } from './outside.ts';
import { basesIn, type Way, wayTo } from './paths.ts';
import type { Base, Stored, StoredLog } from './stored.ts';
import { reused } from './unreached.ts';

/** What is asked for; with neither `time` (milliseconds) nor `gtid` the newest there is. */
export interface PointWish {
  time?: number;
  gtid?: string;
  exclusive: boolean;
  timeline?: string;
}

/** A log that holds the point, as reading it told, and the state that it means there. */
interface FoundPoint {
  log: StoredLog;
  state: GtidState;
  /** The transaction that made it, and when it was committed (RFC 3339). */
  before?: { gtid: string; time: string };
}

/** How a point is restored. */
export interface Choice extends Way {
  state: GtidState | undefined;
  timeline: string | undefined;
}

/** Undefined where a size is not known. */
export function bytesToFetch({ base, logs }: Pick<Choice, 'base' | 'logs'>): number | undefined {
  const sizes = [base.bytes, ...logs.map(({ log }) => log.bytes)];
  return sizes.reduce((sum, bytes) => (sum === undefined || bytes === undefined ? undefined : sum + bytes), 0);
}

/**
 * The logs to read for a point, one a timeline; none: a base is exactly it, or the newest is asked for, so `chooseBase` or `chooseLatest`
 * tells. Throws PointOutsideWindow with the nearest intervals, Invalid for what is no GTID.
 */
export function logsToRead(stored: Stored, wish: PointWish): StoredLog[] {
  const reaches = reachable(stored).filter(({ log }) => wish.timeline === undefined || log.timeline === wish.timeline);
  const holding = reaches.filter((reach) => (wish.time === undefined ? holdsGtid(reach, wish) : holdsTime(reach, wish.time)));
  const ofTimelines = Map.groupBy(holding, ({ log }) => log.timeline);
  return [...ofTimelines.values()].flatMap((some) => some.sort((a, b) => (covers(a.log.from, b.log.from) ? -1 : 1))[0]?.log ?? []);
}

function holdsTime({ log, time }: Reach, wanted: number): boolean {
  return wanted >= Math.min(log.since, time) && wanted <= log.until;
}

/** Of a single GTID only its own domain tells; reading tells the rest. */
function holdsGtid({ log, from }: Reach, { gtid = '', exclusive }: PointWish): boolean {
  const wanted = parseState(gtid);
  if (wanted.size === 0)
    throw new StashError('Invalid', `"${gtid}" is no GTID; it is written DOMAIN-SERVER-SEQUENCE, for instance 0-1-4711`);
  if (wanted.size > 1) return covers(log.to, wanted) && covers(wanted, log.from) && covers(wanted, from);
  return [...wanted.values()].every(({ domain, sequence }) => {
    const last = exclusive ? sequence - 1n : sequence;
    return sequence <= sequenceOf(log.to, domain) && last >= sequenceOf(log.from, domain) && last >= sequenceOf(from, domain);
  });
}

/** Without a log: the base that is exactly at this GTID. Throws PointOutsideWindow. */
export function chooseBase(stored: Stored, wish: PointWish): Choice {
  const wanted = parseState(wish.gtid ?? '');
  const exact = stored.bases.filter(
    ({ state }) => wish.time === undefined && !wish.exclusive && state !== undefined && sameState(state, wanted),
  );
  const newest = newestOf(exact);
  if (newest === undefined || wish.timeline !== undefined) throw outside(stored, wish);
  return { base: newest, logs: [], state: newest.state, timeline: undefined };
}

/**
 * The way to the point, from what reading the logs told. What several timelines have in common is one point; else one of them has to be
 * named. Throws PointAmbiguous, PointNotFound, PointOutsideWindow.
 */
export function chooseFound(stored: Stored, found: readonly FoundPoint[], wish: PointWish): Choice {
  // What no way leads to here is no answer: of hosts with data of their own, each has only its own.
  const ways = new Map(found.map((one) => [one, wayTo(stored, one.log.timeline, one.state)]));
  const led = found.filter((one) => ways.get(one) !== undefined);
  if (found.length > 0 && led.length === 0) throw outside(stored, wish);
  const distinct = led.filter((one, index) => !led.slice(0, index).some((other) => isSame(stored, one, other)));
  const own = distinct.filter((one) => !distinct.some((other) => isWithin(stored, one, other)));
  const points = own.length > 0 ? own : distinct;
  const [point, another] = points;
  if (point === undefined)
    throw new StashError('PointNotFound', `no stored log holds the GTID ${wish.gtid}: this server, or this timeline, has never had it`);
  if (another !== undefined)
    throw new StashError(
      'PointAmbiguous',
      `${textOf(wish)} is on ${points.length} timelines: ${points.map(({ log, state }) => `${log.timeline} (host ${log.host}, at ${formatState(state)})`).join(' and ')}`,
    );
  const way = ways.get(point);
  if (way === undefined) throw outside(stored, wish);
  const again = wish.gtid === undefined || wish.timeline !== undefined ? undefined : archivedAgain(stored, wish, point);
  if (again !== undefined) throw reused(point, again);
  return finished(way, point);
}

/** A later log of the same host that has the wanted GTID once more, in a part that no way leads to, and is of another history there. */
function archivedAgain(stored: Stored, wish: PointWish, point: FoundPoint): StoredLog | undefined {
  const { log } = point;
  const isShared = sharing(stored, point);
  const later = stored.logs
    .filter((one) => one.host === log.host && one.timeline !== log.timeline && one.until > log.until)
    .filter((one) => holdsGtid({ log: one, from: one.from, time: one.since }, wish) && !isShared(one));
  if (later.length === 0) return undefined;
  const reaches = new Map(reachable(stored).map((reach) => [reach.log, reach]));
  return later.find((one) => {
    const reach = reaches.get(one);
    return reach === undefined || !holdsGtid(reach, wish);
  });
}

/** Whether another log is of the same history up to the point. */
function sharing(stored: Stored, { log, state }: FoundPoint): (other: StoredLog) => boolean {
  return (other) => {
    const shared = [sharedUntil(stored, other, log.timeline), sharedUntil(stored, log, other.timeline)];
    return shared.some((one) => one !== undefined && covers(one, state));
  };
}

/** One state in what two histories share, whichever of them went on from the other: after a failback each has done so once. */
function isSame(stored: Stored, one: FoundPoint, other: FoundPoint): boolean {
  if (!sameState(one.state, other.state)) return false;
  if (one.log.timeline === other.log.timeline || sharing(stored, one)(other.log)) return true;
  // They have more in common than is known where the second was lagging when it went on. One host gives a GTID twice after a restore in place.
  const isOneTransaction = one.before?.gtid === other.before?.gtid && one.before?.time === other.before?.time;
  return one.before !== undefined && isOneTransaction && one.log.host !== other.log.host && isLinked(stored, one.log, other.log);
}

function isLinked(stored: Stored, one: StoredLog, other: StoredLog): boolean {
  return sharedUntil(stored, one, other.timeline) !== undefined || sharedUntil(stored, other, one.timeline) !== undefined;
}

/**
 * Of two logs of one history, the second following the first: what both have is found in the first, and where only the second has the
 * point for itself, what the first says is merely where that went on.
 */
function isWithin(stored: Stored, one: FoundPoint, other: FoundPoint): boolean {
  if (one === other || one.log.timeline === other.log.timeline) return false;
  const inOther = sharedUntil(stored, other.log, one.log.timeline);
  if (inOther !== undefined) return covers(inOther, one.state) && !covers(inOther, other.state);
  const inOne = sharedUntil(stored, one.log, other.log.timeline);
  return inOne !== undefined && covers(inOne, one.state);
}

/** The last state that the log's history has in common with a timeline before it. Each timeline is looked at once. */
function sharedUntil(stored: Stored, log: StoredLog, timeline: string): GtidState | undefined {
  const passed = new Set([log.timeline]);
  for (let logs = [log]; logs.length > 0; ) {
    const followed = logs.flatMap(({ follows }) => (follows === undefined || passed.has(follows.timeline) ? [] : [follows]));
    const shared = followed.find((one) => one.timeline === timeline);
    if (shared !== undefined) return shared.state;
    const before = new Set(followed.map((one) => one.timeline));
    for (const one of before) passed.add(one);
    logs = stored.logs.filter((one) => before.has(one.timeline));
  }
  return undefined;
}

/** The end of what was stored last: of a log, or a base that no log goes on from. Throws SnapshotNotFound when there is no base at all. */
export function chooseLatest(stored: Stored, { timeline }: PointWish): Choice {
  const reaches = reachable(stored).filter(({ log }) => timeline === undefined || log.timeline === timeline);
  const newestLog = reaches.sort((a, b) => b.log.until - a.log.until)[0]?.log;
  const covered = new Set(stored.logs.flatMap((log) => basesIn(stored, log)));
  const newest = newestOf(timeline === undefined ? stored.bases.filter((base) => !covered.has(base)) : []);
  if (newestLog !== undefined && (newest === undefined || newest.time <= newestLog.until)) {
    const way = wayTo(stored, newestLog.timeline, newestLog.to);
    if (way !== undefined) return finished(way, { log: newestLog, state: newestLog.to });
  }
  if (newest === undefined) throw outside(stored, { exclusive: false, ...(timeline === undefined ? {} : { timeline }) });
  return { base: newest, logs: [], state: newest.state, timeline: undefined };
}

/** Where the base is the point itself, no log has to be fetched. */
function finished(way: Way, { log, state }: FoundPoint): Choice {
  const isThere = way.base.state !== undefined && sameState(way.base.state, state);
  return { base: way.base, logs: isThere ? [] : way.logs, state, timeline: log.timeline };
}

function newestOf(bases: readonly Base[]): Base | undefined {
  return [...bases].sort((a, b) => b.time - a.time)[0];
}

function textOf({ time, gtid }: PointWish): string {
  return time === undefined ? `the GTID ${gtid}` : new Date(time).toISOString();
}
