import type { LogHostStatus } from '../../api/log-host-status.ts';

/**
 * A host as it is told once it is none of its target any more: what it archived stays known, for whoever goes on from it. What it is at now
 * comes to its end first.
 */
export function afterLeaving(host: LogHostStatus, names: readonly string[]): LogHostStatus {
  if (names.includes(host.host) || host.orderID !== undefined) return host;
  const { role: _role, error: _error, errorCode: _code, ended: _ended, asked: _asked, repositories, ...rest } = host;
  const stored = repositories?.map(({ error: _failed, errorCode: _failure, ...one }) => one);
  return { ...rest, ...(stored === undefined ? {} : { repositories: stored }) };
}

/** Of one target, without those that have left and behind which another has archived on; of these what is to be recorded. */
export function withoutLeft(hosts: readonly LogHostStatus[], names: readonly string[]): LogHostStatus[] {
  const reached = hosts.flatMap(({ host, role, until }) => (names.includes(host) && role === 'Primary' ? (until ?? []) : [])).sort();
  return hosts.flatMap((one) => {
    const { target, host, orderID, until = '', unrecorded } = one;
    if (names.includes(host) || orderID !== undefined || until > (reached.at(-1) ?? '')) return one;
    return unrecorded === undefined ? [] : { target, host, unrecorded };
  });
}
