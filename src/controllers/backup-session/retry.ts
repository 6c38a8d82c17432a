import type { HostBackupStats } from '../../api/backup-target-status.ts';
import type { Report } from '../../orders/report.ts';
import { elapsed } from '../../rules/elapsed.ts';

/** How long after it was found not to be up a server is asked again. Where its pod ended the agent of that has ended too by then. */
export const SERVER_PAUSE_MS = 5_000;
/** With the pause, ten minutes: a server may have to recover from its crash. */
const MOST_FOR_SERVER = 122;

/**
 * Whether a host gets an order that failed once more, by itself: when its agent or its server was lost, and then, since a server comes back
 * later than the agent in its pod, until that server answers.
 */
export function attemptAgain({ attempts = 1 }: HostBackupStats, { error, endTime }: Report, now: Date): 'Now' | 'Soon' | 'No' {
  if (error?.code === 'AgentLost') return attempts === 1 ? 'Now' : 'No';
  const isServer = error?.code === (attempts === 1 ? 'DatabaseLost' : 'DatabaseUnreachable');
  if (!isServer || attempts >= MOST_FOR_SERVER) return 'No';
  return elapsed(endTime ?? 0, now) >= SERVER_PAUSE_MS ? 'Now' : 'Soon';
}
