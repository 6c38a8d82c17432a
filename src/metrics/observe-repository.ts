import type { Repository } from '../api/repository.ts';
import { parseBytes } from '../rules/bytes.ts';
import { REPOSITORY } from './definitions/repository.ts';
import type { Labels, Samples } from './metric.ts';
import { outcome, seconds } from './values.ts';

export function observeRepository(samples: Samples, { metadata, spec, status = {} }: Repository): void {
  const labels: Labels = { namespace: metadata.namespace ?? '', name: metadata.name, ...placeOf(spec.backend) };
  samples.addFlag(REPOSITORY.integrity, labels, status.integrity);
  samples.add(REPOSITORY.size, labels, parseBytes(status.totalSize ?? ''));
  samples.add(REPOSITORY.snapshots, labels, status.snapshotCount);
  samples.add(REPOSITORY.cleaned, labels, status.snapshotsRemovedOnLastCleanup);
  // Pending: it was not opened yet.
  if (status.phase === 'Ready' || status.phase === 'NotReady') samples.addFlag(REPOSITORY.usable, labels, status.phase === 'Ready');
  if (status.error !== undefined) samples.add(REPOSITORY.error, labels, 1, { code: status.error.code });
  for (const { type, status: state, reason } of status.conditions ?? [])
    samples.add(REPOSITORY.condition, labels, 1, { type, status: state, reason });
  for (const [holder, locks] of Map.groupBy(status.locks ?? [], (lock) => lock.holder))
    samples.add(REPOSITORY.locks, labels, locks.length, { holder });
  samples.add(REPOSITORY.recorded, labels, status.recorded);
  samples.add(REPOSITORY.unexplained, labels, status.unexplained);
  samples.add(REPOSITORY.lastBackup, labels, seconds(status.lastBackupTime));
  samples.add(REPOSITORY.lastCheck, labels, seconds(status.lastCheckTime));
  samples.add(REPOSITORY.lastMaintenance, labels, seconds(status.lastMaintenanceTime));
  samples.addFlag(REPOSITORY.maintained, labels, outcome(status.maintenance?.phase));
}

/** Stash's labels of a storage; never an address, which may hold credentials. */
function placeOf(backend: Repository['spec']['backend']): { backend: string; bucket: string; prefix: string } {
  const { local, s3, gcs, azure, swift, b2, rest, sftp } = backend;
  const place = (name: string, bucket = '', prefix = '') => ({ backend: name, bucket, prefix });
  if (local !== undefined) return place('local', '', local.subPath ?? '');
  if (s3 !== undefined) return place('s3', s3.bucket, s3.prefix);
  if (gcs !== undefined) return place('gcs', gcs.bucket, gcs.prefix);
  if (azure !== undefined) return place('azure', azure.container, azure.prefix);
  if (swift !== undefined) return place('swift', swift.container, swift.prefix);
  if (b2 !== undefined) return place('b2', b2.bucket, b2.prefix);
  if (sftp !== undefined) return place('sftp', '', sftp.path);
  return place(rest === undefined ? '' : 'rest');
}
