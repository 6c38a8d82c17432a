import type { ExecOpStatus, RecoverableInterval } from '../../api/invoker-status.ts';
import type { LogHostStatus } from '../../api/log-host-status.ts';
import { covers, readState } from '../gtid/state.ts';
import { tagLink } from './tag-values.ts';

/** The intervals as they are once the logs that these lines tell of are stored; absent where nothing was known of any. */
export function reachedByLogs(
  recoverable: readonly RecoverableInterval[] | undefined,
  lines: readonly ExecOpStatus[],
): RecoverableInterval[] | undefined {
  return storedSeries(lines).reduce<RecoverableInterval[] | undefined>(
    (intervals, series) => intervals && extended(intervals, series),
    recoverable && [...recoverable],
  );
}

/** A stored link of a chain, as a session knows it. */
interface StoredLink {
  /** NAMESPACE/KIND/NAME. */
  target: string;
  /** NAMESPACE/NAME. */
  repository: string;
  /** CHAIN.N */
  link: string;
  gtid: string;
  /** RFC 3339: when it was stored. */
  time: string;
}

/** The series that goes on from a link, once the logs that these lines tell of are stored, if it has anything after it. */
export function seriesPast(lines: readonly ExecOpStatus[], { target, repository, link, gtid, time }: StoredLink) {
  const [own, state] = [tagLink(link), readState(gtid)];
  if (own === undefined || state === undefined) return undefined;
  const found = storedSeries(lines).find((series) => {
    const [first, end] = [tagLink(series.continues), readState(series.gtid)];
    if (series.target !== target || series.repository !== repository || first === undefined || end === undefined) return false;
    const leadsOn = first.chain === own.chain && own.link >= first.link && covers(end, state);
    return leadsOn && (!covers(state, end) || Date.parse(series.until) > Date.parse(time));
  });
  return found && { until: found.until, gtid: found.gtid, timeline: found.timeline };
}

/** Repositories, as NAMESPACE/NAME, that have logs of which it is not known yet what they go on from: they have to be looked into. */
export function unknownSeries(recoverable: readonly RecoverableInterval[] | undefined, lines: readonly ExecOpStatus[]): string[] {
  const goingOn = storedSeries(lines).filter(({ goesOn }) => goesOn);
  const unknown = goingOn.filter((series) => !recoverable?.some((one) => isOf(one, series)));
  return [...new Set(unknown.map(({ repository }) => repository))].sort();
}

/**
 * What is stored whole, up to where it was archived, with a snapshot that says so itself. An idle server is archived up to a later time
 * without one; a restore, which has nothing but the snapshots, knows no point there.
 */
function storedSeries(lines: readonly ExecOpStatus[]): StoredSeries[] {
  return lines.flatMap(({ logs = [] }) => logs.flatMap(seriesOf));
}

function seriesOf({ target, timeline, gtid, until, continues = '', follows = '', repositories = [] }: LogHostStatus): StoredSeries[] {
  if (timeline === undefined || gtid === undefined || until === undefined) return [];
  const whole = repositories.filter(
    ({ archivedTo, lastUpload }) => archivedTo === until && Date.parse(lastUpload ?? '') >= Date.parse(until),
  );
  const goesOn = continues !== '' || follows !== '';
  return whole.map(({ name }) => ({ target, repository: name, timeline, gtid, until, continues, goesOn }));
}

/** What an upload of logs tells of its series, in the words of its report. */
interface StoredSeries {
  /** NAMESPACE/KIND/NAME. */
  target: string;
  /** NAMESPACE/NAME. */
  repository: string;
  timeline: string;
  gtid: string;
  /** RFC 3339. */
  until: string;
  /** CHAIN.N; empty: no link. */
  continues: string;
  /** Whether something stored before it leads to it. */
  goesOn: boolean;
}

function isOf({ target, repository, timeline }: RecoverableInterval, series: StoredSeries): boolean {
  return repository === series.repository && timeline === series.timeline && (target ?? series.target) === series.target;
}

/**
 * The intervals once more logs of a series are stored in a repository: the one of that timeline reaches further. A series that none of
 * them is of is left to the next look into the repository, which knows what it goes on from.
 */
function extended(intervals: readonly RecoverableInterval[], series: StoredSeries): RecoverableInterval[] {
  const { gtid, until } = series;
  const newest = intervals.filter((one) => isOf(one, series)).sort((a, b) => Date.parse(b.to) - Date.parse(a.to))[0];
  if (newest === undefined || Date.parse(until) <= Date.parse(newest.to)) return [...intervals];
  const further = intervals.map((one) => (one === newest ? { ...one, to: until, gtidTo: gtid } : one));
  return further.sort((a, b) => Date.parse(b.to) - Date.parse(a.to));
}
