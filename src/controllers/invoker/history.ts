import type { BackupSession } from '../../api/backup-session.ts';
import { CONDITIONS, isTrue } from '../conditions.ts';

const ENDED = ['Succeeded', 'Failed', 'Skipped'];

export function hasEnded(session: BackupSession): boolean {
  return ENDED.includes(session.status?.phase ?? '');
}

/**
 * Which sessions of one alias go: all ended ones beyond the newest `limit`, but never the newest that succeeded, none whose snapshots
 * are not in the records yet, and none that is to be retried.
 */
export function expired(sessions: readonly BackupSession[], limit: number): BackupSession[] {
  const newestFirst = sessions
    .filter(hasEnded)
    .sort((a, b) => created(b).localeCompare(created(a)) || b.metadata.name.localeCompare(a.metadata.name));
  const lastGood = newestFirst.find((session) => session.status?.phase === 'Succeeded');
  return newestFirst.slice(limit).filter((session) => session !== lastGood && settled(session));
}

function settled({ status }: BackupSession): boolean {
  const stored = (status?.targets ?? []).some((target) => (target.stats ?? []).some((host) => (host.snapshots ?? []).length > 0));
  if (stored && !isTrue(status?.conditions, CONDITIONS.snapshotsRecorded)) return false;
  return status?.nextRetry === undefined || status.retried === true;
}

function created(session: BackupSession): string {
  return session.metadata.creationTimestamp ?? '';
}
