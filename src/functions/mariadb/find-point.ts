import { StashError } from '../../errors/error.ts';
import type { LogPoint, ResolvedPoint } from '../../orders/order.ts';
import { covers, formatGtid, formatState, type GtidState, parseState, sameState } from '../../rules/gtid/state.ts';
import { timeCut } from '../../rules/gtid/time-cut.ts';
import type { LogSeries } from './log-series.ts';
import { type PlacedGroup, placedGroups } from './replay-groups.ts';

/** Where a point lies in one series of binlogs; undefined: it does not. Throws Invalid for what is no point, LogsDamaged. */
export async function findPoint(series: LogSeries, point: LogPoint): Promise<ResolvedPoint | undefined> {
  if (point.time !== undefined) return findTime(series, Date.parse(point.time), point.exclusive);
  const wanted = parseState(point.gtid ?? '');
  return wanted.size === 1 ? findTransaction(series, wanted, point.exclusive) : findState(series, wanted, point.exclusive);
}

/** A single GTID is that transaction; the other domains are as far as they were right after (or before) it. */
async function findTransaction(series: LogSeries, wanted: GtidState, exclusive: boolean): Promise<ResolvedPoint | undefined> {
  const [gtid] = wanted.values();
  const first = series.files[0];
  if (gtid === undefined || first === undefined) return undefined;
  // All that is known of the place before the first transaction is its state; it is meant where that is nothing but this.
  if (!exclusive && sameState(first.from, wanted)) return { gtid: formatState(wanted), ...(await firstGroup(series)) };
  const from = series.files.findIndex(({ to }) => (to.get(gtid.domain)?.sequence ?? -1n) >= gtid.sequence);
  if (from < 0) return undefined;
  return walk(series, from, formatGtid(gtid), exclusive);
}

async function walk(series: LogSeries, from: number, wanted: string, exclusive: boolean): Promise<ResolvedPoint | undefined> {
  let before: PlacedGroup | undefined;
  let found: PlacedGroup | undefined;
  for await (const group of placedGroups(series.files.slice(from))) {
    if (found !== undefined) return { gtid: formatState(found.state), before: timed(found), after: timed(group) };
    if (group.text === wanted && exclusive)
      return {
        gtid: formatState(before?.state ?? series.files[from]?.from ?? new Map()),
        ...(before === undefined ? {} : { before: timed(before) }),
        after: timed(group),
      };
    if (group.text === wanted) found = group;
    before = group;
  }
  return found && { gtid: formatState(found.state), before: timed(found) };
}

/** What gtid_binlog_pos was at some time. */
async function findState(series: LogSeries, wanted: GtidState, exclusive: boolean): Promise<ResolvedPoint | undefined> {
  if (exclusive)
    throw new StashError(
      'Invalid',
      `${formatState(wanted)} is a state of several domains, not a transaction to stop before: name one GTID`,
    );
  const first = series.files[0];
  if (first === undefined) return undefined;
  if (sameState(first.from, wanted)) return { gtid: formatState(wanted), ...(await firstGroup(series)) };
  const from = series.files.findIndex((file) => covers(file.to, wanted));
  let found: PlacedGroup | undefined;
  for await (const group of from < 0 ? [] : placedGroups(series.files.slice(from))) {
    if (found !== undefined) return { gtid: formatState(wanted), before: timed(found), after: timed(group) };
    if (sameState(group.state, wanted)) found = group;
  }
  return found && { gtid: formatState(wanted), before: timed(found) };
}

async function firstGroup(series: LogSeries): Promise<Pick<ResolvedPoint, 'after'>> {
  for await (const group of placedGroups(series.files)) return { after: timed(group) };
  return {};
}

async function findTime(series: LogSeries, milliseconds: number, exclusive: boolean): Promise<ResolvedPoint> {
  const rule = timeCut(milliseconds, exclusive);
  let state = series.files[0]?.from ?? new Map();
  for await (const group of placedGroups(series.files)) if (rule.take({ gtid: group.text, time: group.time })) state = group.state;
  const { before, after, misplaced } = rule.cut();
  return {
    gtid: formatState(state),
    ...(before === undefined ? {} : { before: { gtid: before.gtid, time: text(before.time) } }),
    ...(after === undefined ? {} : { after: { gtid: after.gtid, time: text(after.time) } }),
    ...(misplaced === 0 ? {} : { misplaced }),
  };
}

function timed(group: PlacedGroup): { gtid: string; time: string } {
  return { gtid: group.text, time: text(group.time) };
}

function text(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
