import type { LogHostStatus } from '../../api/log-host-status.ts';

/**
 * What is wrong with the log of one target. Where only the primary's is archived, and exactly one host says that it is it, a host that
 * could not be asked does not count: its error stays beside it.
 */
export function logProblems(hosts: readonly LogHostStatus[], wanted: readonly string[], onlyPrimary: boolean): string[] {
  const [{ target } = { target: '' }] = hosts;
  const primaries = hosts.filter(({ role }) => role === 'Primary');
  const claims = primaries.map(({ host, timeline }) => `${host} (series ${timeline ?? 'none'})`);
  const counted =
    onlyPrimary && primaries.length === 1 ? hosts.filter(({ role, error }) => role !== undefined || error === undefined) : hosts;
  return [
    ...(onlyPrimary && claims.length > 1
      ? [`SeveralPrimaries: ${claims.join(' and ')} of ${target} all say that they are the primary`]
      : []),
    ...(onlyPrimary && areReplicas(hosts) ? [`NoPrimary: no host of ${target} is a primary that archives its log`] : []),
    ...counted.flatMap((host) => hostProblems(host, wanted).map(({ where, what }) => `${where}: ${what}`)),
  ];
}

/** What is wrong with one host, and in which of the `wanted` repositories; without them in any. */
export function hostProblems({ host, error, errorCode, repositories = [] }: LogHostStatus, wanted?: readonly string[]) {
  const failed = repositories.filter((one) => one.error !== undefined && wanted?.includes(one.name) !== false);
  return [
    ...(error === undefined ? [] : [{ where: host, what: `${errorCode}: ${error}` }]),
    ...failed.map((one) => ({ where: `${host}, Repository ${one.name}`, what: `${one.errorCode}: ${one.error}` })),
  ];
}

/** All that are there and have answered; one that has left, or is at its first order, says nothing. */
function areReplicas(hosts: readonly LogHostStatus[]): boolean {
  const replicas = hosts.filter(({ role }) => role === 'Replica');
  return (
    replicas.length > 0 &&
    hosts.every(({ role, error, orderID }) => error === undefined && (role === 'Replica' || (role === undefined && orderID === undefined)))
  );
}
