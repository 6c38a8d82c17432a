import type { ExecOpStatus } from '../../api/invoker-status.ts';
import type { LogHostStatus } from '../../api/log-host-status.ts';
import { keyText, type ObjectKey } from '../../api/object.ts';
import type { PreviousLog } from '../../orders/order.ts';
import type { LogResult, OrderError, Report } from '../../orders/report.ts';
import { logProblems } from '../../rules/log/problems.ts';
import { optionalField } from '../../rules/optional-field.ts';

type RepositoryState = NonNullable<LogHostStatus['repositories']>[number];

/** A host with what came of its order, which has ended. */
export function afterLogReport(host: LogHostStatus, report: Report): LogHostStatus {
  const { orderID: _order, startTime: _start, using: _using, role: _role, error: _error, errorCode: _code, ...rest } = host;
  if (report.result?.type !== 'Log') return withError(rest, report.error ?? NO_RESULT);
  const result = ofOrder(report.result, host.using ?? []);
  const { role, log, ended, stored } = result;
  const time = report.endTime ?? report.startTime;
  const archived = role === 'Replica' || log === undefined ? rest : { ...rest, ...reached(log, host) };
  const all = [
    ...(host.unrecorded ?? []),
    ...stored.map(({ repository, snapshotId, incomplete }) => ({
      repository: keyText(repository),
      snapshotID: snapshotId,
      time: wholeSeconds(time),
      ...(incomplete === true ? { incomplete } : {}),
    })),
  ];
  const error = result.error ?? (all.length > MOST_UNRECORDED ? TOO_MANY : undefined);
  const after = {
    ...archived,
    ...(ended === undefined ? {} : { ended: { ...ended, time: wholeSeconds(ended.time) } }),
    repositories: afterUploads(host, result, time),
    unrecorded: all.slice(-MOST_UNRECORDED),
  };
  return { ...(error === undefined ? after : withError(after, error)), ...optionalField('role', role) };
}

/** What it says of Repositories that it was not given is nobody's. */
function ofOrder(result: LogResult, using: readonly string[]): LogResult {
  const given = (repository: ObjectKey) => using.includes(keyText(repository));
  return {
    ...result,
    stored: result.stored.filter(({ repository }) => given(repository)),
    failed: result.failed.filter(given),
    complete: result.complete.filter(given),
  };
}

/** Whoever could not be asked has not said what it is now. */
export function withError({ role: _role, error: _error, errorCode: _code, ...host }: LogHostStatus, error: OrderError): LogHostStatus {
  const { orderID: _order, startTime: _start, using: _using, ...rest } = host;
  return { ...rest, error: error.message, errorCode: error.code };
}

function reached(
  { timeline, gtid, until, recent, continues, follows }: NonNullable<LogResult['log']>,
  before: LogHostStatus,
): Partial<LogHostStatus> {
  const known = before.timeline === timeline ? before.until : undefined;
  return { timeline, gtid, until: later(known, until), recent, continues: continues ?? '', follows: follows ?? '' };
}

function afterUploads(host: LogHostStatus, { log, stored, failed, complete }: LogResult, time: string): RepositoryState[] {
  const named = [...complete, ...failed].map(keyText);
  const known = host.repositories ?? [];
  return [...new Set([...known.map(({ name }) => name), ...named])].map((name) => {
    const before = known.find((one) => one.name === name) ?? { name };
    const isIt = (one: ObjectKey) => keyText(one) === name;
    const failure = failed.find(isIt);
    const uploaded = stored.some(({ repository }) => isIt(repository)) ? { lastUpload: wholeSeconds(time) } : {};
    if (failure !== undefined) return { ...before, ...uploaded, error: failure.error.message, errorCode: failure.error.code };
    if (!complete.some(isIt)) return { ...before, ...uploaded };
    const { error: _error, errorCode: _code, ...rest } = before;
    return {
      ...rest,
      ...uploaded,
      ...(log === undefined ? {} : { archivedTo: later(log.timeline === host.timeline ? rest.archivedTo : undefined, log.until) }),
    };
  });
}

/**
 * State of a line, of all its hosts; `wanted`: the repositories of the alias, `onlyPrimary`: the targets of which only the primary's log is
 * archived. What is stored is so in every repository.
 */
export function logLine(
  hosts: readonly LogHostStatus[],
  wanted: readonly string[],
  uploads: number,
  onlyPrimary: ReadonlySet<string>,
): Partial<ExecOpStatus> {
  const targets = [...Map.groupBy(hosts, ({ target }) => target)];
  const sources = targets.flatMap(([target, group]) => sourcesOf(group, onlyPrimary.has(target)));
  const archived = sources.flatMap(({ repositories = [] }) =>
    wanted.map((name) => repositories.find((one) => one.name === name)?.archivedTo ?? ''),
  );
  const times = hosts.flatMap(({ repositories = [] }) => repositories.flatMap(({ lastUpload }) => lastUpload ?? [])).sort();
  const problems = targets.flatMap(([target, group]) => logProblems(group, wanted, onlyPrimary.has(target)));
  const gtids = [...new Set(sources.map(({ gtid = '' }) => gtid))];
  return {
    logs: [...hosts],
    uploads,
    ...optionalField('archivedTo', archived.sort()[0] || undefined),
    ...optionalField('lastUpload', times.at(-1)),
    ...optionalField('gtid', gtids.length === 1 ? gtids[0] || undefined : undefined),
    ...optionalField('error', problems.length === 0 ? undefined : problems.join('; ')),
  };
}

/** Those whose log counts: the primaries, or where none says so now, what was last known to be one. Where each has its own, the silent too. */
function sourcesOf(hosts: readonly LogHostStatus[], onlyPrimary: boolean): LogHostStatus[] {
  const known = hosts.filter(({ until }) => until !== undefined);
  const counted = known.filter(({ role, error }) => role === 'Primary' || (!onlyPrimary && error !== undefined));
  if (counted.length > 0) return counted;
  return known.sort((one, other) => (other.until ?? '').localeCompare(one.until ?? '')).slice(0, 1);
}

/** What the next order is told of what was archived last: by the host itself, else by whoever did. */
export function previousLog(hosts: readonly LogHostStatus[], { target }: Pick<LogHostStatus, 'target'>): PreviousLog | undefined {
  const newest = newestLog(hosts, target);
  if (newest?.timeline === undefined) return undefined;
  return { timeline: newest.timeline, gtid: newest.gtid ?? '', recent: newest.recent ?? [] };
}

/** The host of a target that has archived furthest. */
export function newestLog(hosts: readonly LogHostStatus[], target: string): LogHostStatus | undefined {
  const known = hosts.filter((one) => one.target === target && one.timeline !== undefined && one.until !== undefined);
  return known.sort((one, other) => (one.until ?? '').localeCompare(other.until ?? '')).at(-1);
}

/** A stage remembers the time of its newest event; idle ticks have come further. */
function later(known: string | undefined, until: string): string {
  const reported = wholeSeconds(until);
  return known !== undefined && known > reported ? known : reported;
}

/** Downwards: what is said to be stored is. */
function wholeSeconds(time: string): string {
  return `${time.slice(0, 19)}Z`;
}

const NO_RESULT = { code: 'Internal', message: 'the agent gave no result', remedy: 'Report this.' };

/** Of one host; every one is in status until a maintenance of its Repository has recorded it. */
const MOST_UNRECORDED = 200;
const TOO_MANY = {
  code: 'Internal',
  message: `more than ${MOST_UNRECORDED} stored logs wait for a maintenance of their Repository; the oldest of them are not recorded`,
  remedy: 'See why no maintenance succeeds.',
};
