import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { BackupSession } from '../../api/backup-session.ts';
import type { Repository } from '../../api/repository.ts';
import type { Observed } from '../observe.ts';

const V1BETA1 = 'stash.appscode.com/v1beta1';
const namespace = 'shop';

export const NOTHING: Observed = {
  Repository: [],
  BackupConfiguration: [],
  BackupBatch: [],
  BackupSession: [],
  RestoreSession: [],
  RestoreBatch: [],
};

/** Backs up the Host of its name as alias `full`, every quarter of an hour. */
export function configuration(name: string, spec: object = {}): BackupConfiguration {
  return {
    apiVersion: V1BETA1,
    kind: 'BackupConfiguration',
    metadata: { name, namespace, uid: name, creationTimestamp: '2026-11-22T08:00:00Z' },
    spec: {
      driver: 'Restic',
      ...('repositories' in spec ? {} : { repository: { name: 'repo' } }),
      execOps: [{ alias: 'full', schedule: '*/15' }],
      target: { alias: name, ref: { apiVersion: V1BETA1, kind: 'Host', name }, paths: ['/srv'] },
      ...spec,
    },
    status: {
      phase: 'Ready',
      conditions: ['ValidationPassed', 'RepositoryFound', 'BackendSecretFound', 'BackupTargetFound', 'Ready', 'EverythingSupported'].map(
        (type) => ({
          type,
          status: 'True',
          reason: 'ResourceValidationPassed',
          message: 'the spec is sound',
          lastTransitionTime: '2026-11-22T08:00:00Z',
        }),
      ),
      execOps: [
        {
          alias: 'full',
          operation: 'Full',
          state: 'Scheduled',
          understoodSchedule: '*/15 * * * *',
          timeZone: 'UTC',
          lastCheckTime: '2026-11-22T10:00:00Z',
          next: '2026-11-22T10:15:00Z',
          missed: 2,
        },
      ],
    },
  } as BackupConfiguration;
}

/** A session of `docs`, or of another, that began in that minute after 10 o’clock. */
export function ended(name: string, phase: string, minute: number, invoker = 'docs'): BackupSession {
  const at = (second: number) => `2026-11-22T10:${String(minute).padStart(2, '0')}:${String(second).padStart(2, '0')}Z`;
  const open = phase === 'Running' || phase === 'Pending';
  const good = phase === 'Succeeded';
  const ref = { apiVersion: V1BETA1, kind: 'Host', name: invoker };
  const snapshots = [
    {
      repository: 'shop/repo',
      totalSize: '2.000 KiB',
      uploaded: '512 B',
      processingTime: '1.5s',
      fileStats: { totalFiles: 3, newFiles: 1, modifiedFiles: 1, unmodifiedFiles: 1 },
    },
  ];
  const host = { hostname: invoker, phase: good ? 'Succeeded' : 'Failed', duration: '1m', endTime: at(20), ...(good ? { snapshots } : {}) };
  return {
    apiVersion: V1BETA1,
    kind: 'BackupSession',
    metadata: { name: `${invoker}-${name}`, namespace, creationTimestamp: at(0) },
    spec: { invoker: { kind: 'BackupConfiguration', name: invoker }, alias: 'full' },
    status: {
      phase,
      reason: good ? 'Stored' : 'HostFailed',
      startTime: at(0),
      ...(open ? {} : { endTime: at(30), sessionDuration: '1m30s' }),
      targets: [{ ref, phase: good ? 'Succeeded' : 'Failed', totalHosts: 1, stats: [host] }],
    },
  } as BackupSession;
}

export function repository(name: string): Repository {
  const lock = { id: 'a', hostname: 'b', pid: 1, exclusive: false, time: '', firstSeen: '', holder: 'Foreign' };
  return {
    apiVersion: 'stash.appscode.com/v1alpha1',
    kind: 'Repository',
    metadata: { name, namespace },
    spec: { backend: { s3: { endpoint: 'https://key:secret@s3', bucket: 'backups', prefix: 'shop' } } },
    status: {
      phase: 'Ready',
      integrity: false,
      totalSize: '1.500 KiB',
      snapshotCount: 7,
      snapshotsRemovedOnLastCleanup: 2,
      locks: [lock, { ...lock, id: 'c' }],
    },
  } as Repository;
}
