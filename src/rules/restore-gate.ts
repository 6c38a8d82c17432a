import type { HostRestoreStats, RestoreSession } from '../api/restore-session.ts';

/** What a restore means for the data of one host: not touched (yet), to be restored now, restored, or half restored. */
export type HostFate = 'Untouched' | 'Ordered' | 'Restored' | 'Broken';

export function hostFate({ status }: Pick<RestoreSession, 'status'>, hostname: string): HostFate {
  const host = status?.stats?.find((one) => one.hostname === hostname);
  if (host === undefined) return 'Untouched';
  if (host.phase === 'Succeeded') return 'Restored';
  if (host.phase === 'Running' && status?.phase === 'Running') return 'Ordered';
  return isBroken(host) ? 'Broken' : 'Untouched';
}

/**
 * Whether a restore that did not succeed may have changed the data. An agent that was lost may have begun anything; checks change nothing,
 * and what refuses to overwrite has not.
 */
export function isBroken({ phase, steps, errorCode }: HostRestoreStats): boolean {
  if (phase === 'Succeeded' || phase === 'Pending' || steps === undefined || errorCode === 'DestinationNotEmpty') return false;
  return errorCode === 'AgentLost' || steps.some(({ name }) => !CHECKS.test(name));
}

const CHECKS = /^(check( .*)?|fetch index)$/;
