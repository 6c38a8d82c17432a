import type { ExecOpStatus, RecoverableInterval } from '../../api/invoker-status.ts';
import type { LogHostStatus } from '../../api/log-host-status.ts';

/** A series that is archived now and goes on from no backup: nothing that is committed can be restored to before there is one. */
export interface LooseLog {
  /** NAMESPACE/KIND/NAME. */
  target: string;
  host: string;
  timeline: string;
  /** Up to where it is archived. */
  until: string;
  gtid: string;
  /** What was stored last that can be restored to. */
  last: RecoverableInterval | undefined;
}

/**
 * Of each target the series of whoever is its primary; `recoverable`: what is known to be stored; `stray`: series that go on from another
 * one, and were seen to lead to no backup all the same.
 */
export function looseLogs(
  recoverable: readonly RecoverableInterval[] | undefined,
  lines: readonly ExecOpStatus[],
  stray: ReadonlySet<string> = new Set(),
): LooseLog[] {
  const hosts = [
    ...Map.groupBy(
      lines.flatMap(({ logs = [] }) => logs),
      ({ target }) => target,
    ).values(),
  ].flatMap(archiving);
  const found = hosts.flatMap((host) => {
    const { target, timeline, until, gtid = '', continues = '', follows = '' } = host;
    const mine = (recoverable ?? []).filter((one) => (one.target ?? target) === target);
    const isKnown = mine.some((one) => one.timeline === timeline || isAhead(one, host));
    if (timeline === undefined || until === undefined || isKnown || continues !== '') return [];
    if (follows !== '' && !stray.has(timeline)) return [];
    const last = mine.sort((a, b) => Date.parse(b.to) - Date.parse(a.to))[0];
    return [{ target, host: host.host, timeline, until, gtid, last }];
  });
  return [...new Map(found.map((one) => [`${one.target} ${one.timeline}`, one])).values()];
}

/** The primaries of one target; where none says so, whoever could not be asked. */
function archiving(hosts: readonly LogHostStatus[]): LogHostStatus[] {
  const primaries = hosts.filter(({ role }) => role === 'Primary');
  return primaries.length > 0 ? primaries : hosts.filter(({ role, error }) => role === undefined && error !== undefined);
}

/** A backup that the next logs of its host are seen to go on from, or not. */
function isAhead({ host, timeline, to }: RecoverableInterval, log: LogHostStatus): boolean {
  return timeline === undefined && (host ?? log.host) === log.host && Date.parse(to) >= Date.parse(log.until ?? '');
}
