import type { BackupSession } from '../../api/backup-session.ts';
import { keyText } from '../../api/object.ts';
import type { RepositoryRef } from '../../orders/order.ts';
import type { RecordEntry } from '../../rules/records.ts';
import { CONDITIONS, isTrue } from '../conditions.ts';
import type { Context } from '../context.ts';
import { targetKey, targetText } from '../platform-port.ts';

/** Sessions that stored something in this repository which is not in its records yet. */
export async function unrecordedSessions(ctx: Pick<Context, 'store'>, repository: RepositoryRef): Promise<BackupSession[]> {
  const until = (await ctx.store.get('Repository', repository))?.status?.recordedUntil;
  const sessions = await ctx.store.list('BackupSession', { namespace: repository.namespace });
  return sessions.filter(
    (session) => needsRecording(session) && !isRecorded(session, until) && storedEntries(session, repository).length > 0,
  );
}

/** Whether all hosts of the session have ended and it has not seen its snapshots in the records. */
export function needsRecording({ status }: BackupSession): boolean {
  const ended = status?.phase === 'DataStored' || status?.phase === 'Failed' || status?.phase === 'Succeeded';
  return ended && !isTrue(status?.conditions, CONDITIONS.snapshotsRecorded);
}

/** A maintenance has the repository for itself: what had ended when it began, it has seen. */
export function isRecorded(session: BackupSession, recordedUntil: string | undefined): boolean {
  return recordedUntil !== undefined && Date.parse(recordedUntil) >= hostsEnded(session);
}

/** When the last host of the session was done; milliseconds since the epoch. */
export function hostsEnded(session: BackupSession): number {
  const times = (session.status?.targets ?? []).flatMap((target) => (target.stats ?? []).map((host) => Date.parse(host.endTime ?? '')));
  return Math.max(0, ...times.filter(Number.isFinite));
}

/** What a session stored in a repository, as entries for its records. */
export function storedEntries(session: BackupSession, repository: RepositoryRef): RecordEntry[] {
  const place = keyText(repository);
  const namespace = session.metadata.namespace ?? '';
  return (session.status?.targets ?? []).flatMap((target) =>
    (target.stats ?? []).flatMap((host) =>
      (host.snapshots ?? []).flatMap((snapshot) =>
        snapshot.repository === place && snapshot.snapshotID !== undefined
          ? [
              {
                id: snapshot.snapshotID,
                time: host.endTime ?? session.metadata.creationTimestamp ?? '',
                target: targetText(targetKey(target.ref ?? {}, namespace)),
                host: host.hostname ?? '',
                operation: host.operation?.performed ?? '',
                session: keyText({ namespace, name: session.metadata.name }),
                complete: host.phase === 'Succeeded',
              },
            ]
          : [],
      ),
    ),
  );
}
