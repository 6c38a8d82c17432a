import type { BackupSession } from '../../api/backup-session.ts';
import { parseKey } from '../../api/object.ts';
import type { RepositoryStatus } from '../../api/repository.ts';
import { CONDITIONS, isTrue, withCondition } from '../conditions.ts';
import { type Context, timeText } from '../context.ts';
import { patchStatus } from '../patch-status.ts';
import { hostsEnded, isRecorded, storedRepositories } from '../repository/sessions.ts';

export interface RepositoryOutcome {
  name: string;
  status: RepositoryStatus | undefined;
  /** Whether the Repository is (still) there. */
  found: boolean;
  /** Pending: no maintenance since the session's hosts ended. */
  phase: 'Recorded' | 'Failed' | 'Pending';
}

/** How far each repository the session stored in has come with it. */
export async function maintenanceOutcomes(ctx: Context, session: BackupSession): Promise<RepositoryOutcome[]> {
  return Promise.all(
    storedRepositories(session).map(async (name) => {
      const object = await ctx.store.get('Repository', parseKey(name));
      return { name, status: object?.status, found: object !== undefined, phase: outcomeOf(session, object?.status) };
    }),
  );
}

function outcomeOf(session: BackupSession, status: RepositoryStatus | undefined): RepositoryOutcome['phase'] {
  if (isRecorded(session, status)) return 'Recorded';
  const began = Date.parse(status?.maintenance?.startTime ?? '');
  return status?.maintenance?.phase === 'Failed' && began >= hostsEnded(session) ? 'Failed' : 'Pending';
}

/** Sets SnapshotsRecorded once every repository's maintenance has taken the session's snapshots into the records. */
export async function markRecorded(ctx: Context, session: BackupSession): Promise<BackupSession> {
  if (storedRepositories(session).length === 0 || isTrue(session.status?.conditions, CONDITIONS.snapshotsRecorded)) return session;
  const outcomes = await maintenanceOutcomes(ctx, session);
  if (!outcomes.every(({ phase }) => phase === 'Recorded')) return session;
  const change = {
    type: CONDITIONS.snapshotsRecorded,
    status: 'True' as const,
    reason: 'Recorded',
    message: 'its snapshots are in the records',
  };
  const conditions = withCondition(session.status?.conditions, change, timeText(ctx.clock.now()));
  return patchStatus(ctx, 'BackupSession', session, { ...session.status, conditions });
}
