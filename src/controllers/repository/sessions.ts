import type { BackupSession } from '../../api/backup-session.ts';
import { keyText } from '../../api/object.ts';
import type { RepositoryStatus } from '../../api/repository.ts';
import type { RepositoryRef } from '../../orders/order.ts';
import type { RecordEntry } from '../../rules/records.ts';
import { wasAtGtid } from '../../rules/window/session-results.ts';
import { CONDITIONS, isTrue } from '../conditions.ts';
import { targetKey, targetText } from '../platform-port.ts';
import { isStorageTrouble } from './decide.ts';

/** Whether all hosts of the session have ended, something of it is stored, and it has not seen that in the records. */
export function needsRecording(session: BackupSession): boolean {
  const { status } = session;
  const ended = status?.phase === 'DataStored' || status?.phase === 'Failed' || status?.phase === 'Succeeded';
  return ended && storedRepositories(session).length > 0 && !isTrue(status.conditions, CONDITIONS.snapshotsRecorded);
}

/** Whether the newest maintenance had this session in its plan. By name and not by time: clocks are set back and ahead. */
export function isRecorded(session: BackupSession, repository: RepositoryStatus | undefined): boolean {
  return repository?.recordedSessions?.includes(session.metadata.uid ?? '') ?? false;
}

/** `NAMESPACE/NAME` of each Repository that has something of this session. */
export function storedRepositories(session: BackupSession): string[] {
  const hosts = (session.status?.targets ?? []).flatMap((target) => target.stats ?? []);
  const named = hosts.flatMap((host) => (host.snapshots ?? []).flatMap((one) => one.repository ?? []));
  return [...new Set(named)].filter((name) => isOwn(session, name));
}

/** `NAMESPACE/NAME` of each Repository that has something of an ended session from which logs may go on. */
export function linkedRepositories(session: BackupSession): string[] {
  const { status } = session;
  if (status?.phase === undefined || status.phase === 'Pending' || status.phase === 'Running') return [];
  const hosts = (status.targets ?? []).flatMap((target) => target.stats ?? []).filter(wasAtGtid);
  return storedRepositories({ ...session, status: { ...status, targets: [{ stats: hosts }] } });
}

/** Repositories are not lent: what an agent says of one in another namespace is not for it to say. */
function isOwn({ metadata }: BackupSession, name: string): boolean {
  return name.startsWith(`${metadata.namespace}/`);
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
                complete: host.phase === 'Succeeded' || host.errorCode === 'StoredPartly',
              },
            ]
          : [],
      ),
    ),
  );
}

/** Where the session could not store, for a reason that says something about the repository: its `NAMESPACE/NAME`, and when. */
export function troubledRepositories(session: BackupSession): { name: string; time: string }[] {
  return (session.status?.targets ?? [])
    .flatMap((target) =>
      (target.stats ?? []).flatMap((host) =>
        (host.repositories ?? [])
          .filter((one) => one.phase === 'Failed' && isStorageTrouble(one.errorCode))
          .map((one) => ({ name: `${one.namespace}/${one.name}`, time: host.endTime ?? '' })),
      ),
    )
    .filter(({ name }) => isOwn(session, name));
}
