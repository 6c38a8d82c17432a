import type { BackupTargetStatus, HostBackupStats, RepositoryResult, SnapshotStats } from '../../api/backup-target-status.ts';
import { StashError } from '../../errors/error.ts';
import { orderError } from '../../orders/order-error.ts';
import type { BackupResult, OrderError, Report, StoredSnapshot } from '../../orders/report.ts';
import { formatBytes } from '../../rules/bytes.ts';
import { formatDuration } from '../../rules/duration.ts';
import { failedHost, reportedHost } from '../host-report.ts';

export function isHostDone(host: HostBackupStats): boolean {
  return host.phase === 'Succeeded' || host.phase === 'Failed' || host.phase === 'Skipped';
}

export function targetPhase(hosts: readonly HostBackupStats[]): NonNullable<BackupTargetStatus['phase']> {
  if (hosts.every((host) => host.phase === 'Pending')) return 'Pending';
  if (!hosts.every(isHostDone)) return 'Running';
  if (hosts.every((host) => host.phase === 'Skipped')) return 'Skipped';
  return hosts.some((host) => host.phase === 'Failed') ? 'Failed' : 'Succeeded';
}

/** A host with what its agent reports; terminal once the report is. */
export function afterReport(host: HostBackupStats, report: Report, override: OrderError | undefined, now: string): HostBackupStats {
  const reported = reportedHost({ ...host, startTime: report.startTime }, report, now);
  if (report.state === 'Running') return reported;
  const result = report.result?.type === 'Backup' ? report.result : undefined;
  if (report.state === 'Failed' || result === undefined) return failedHost(reported, override ?? report.error ?? noResult(), now);
  return withResult(reported, result, now);
}

function withResult(host: HostBackupStats, result: BackupResult, now: string): HostBackupStats {
  const message = result.message === undefined ? {} : { message: result.message };
  if (result.skipped !== undefined) return { ...host, ...message, phase: 'Skipped', operation: skippedOperation(result) };
  const { requested, performed, reason } = result.operation;
  const stored: HostBackupStats = {
    ...host,
    operation: { requested, performed, reason } as NonNullable<HostBackupStats['operation']>,
    ...message,
    ...(result.position === undefined ? {} : { position: result.position }),
    repositories: [...result.stored.map(storedIn), ...result.failed.map(failedIn)],
    // Older ones first; a full that was forced may have brought the chain before to where it was not complete.
    snapshots: [...(result.caughtUp ?? []), ...result.stored].flatMap(snapshotStats),
  };
  const error = resultError(result);
  return error === undefined ? { ...stored, phase: 'Succeeded' } : failedHost(stored, error, now);
}

function skippedOperation({ operation, skipped = '' }: BackupResult): NonNullable<HostBackupStats['operation']> {
  return { requested: operation.requested, reason: skipped } as NonNullable<HostBackupStats['operation']>;
}

/** A host has succeeded only if every repository has everything that was to be read. */
function resultError(result: BackupResult): OrderError | undefined {
  const [failure] = result.failed;
  if (failure !== undefined && result.stored.length === 0) return failure.error;
  const unreadable = result.stored.flatMap((one) => one.unreadable);
  // What could not be read is worse than where it is missing: StoredPartly means that each that has it has all of it.
  if (failure !== undefined && unreadable.length === 0) {
    const have = result.stored.map((one) => one.repository.name).join(', ');
    const error = new StashError(
      'StoredPartly',
      `Repository ${have} has it; Repository ${failure.name} does not: ${failure.error.code}: ${failure.error.message}`,
    );
    return { code: error.code, message: error.message, remedy: failure.error.remedy };
  }
  if (result.stored.length === 0) return { ...noResult(), message: 'the agent stored nothing and named no failure' };
  if (unreadable.length === 0) return undefined;
  const named = unreadable.slice(0, 5).map((one) => `${one.item} (${one.message})`);
  const missing =
    failure === undefined ? '' : `; Repository ${failure.name} has nothing of it: ${failure.error.code}: ${failure.error.message}`;
  const more = unreadable.length > named.length ? ` and ${unreadable.length - named.length} more` : '';
  const error = new StashError(
    'PartialRead',
    `could not be read: ${named.join(', ')}${more}; the rest is in snapshot ${result.stored[0]?.snapshotId.slice(0, 8)}${missing}`,
  );
  return { code: error.code, message: error.message, remedy: error.remedy };
}

function storedIn({ repository, snapshotId }: StoredSnapshot): RepositoryResult {
  return { name: repository.name, namespace: repository.namespace, phase: 'Stored', snapshots: [snapshotId] };
}

function failedIn({ namespace, name, error }: BackupResult['failed'][number]): RepositoryResult {
  return { name, namespace, phase: 'Failed', error: error.message, errorCode: error.code };
}

function snapshotStats(stored: StoredSnapshot): SnapshotStats[] {
  const { repository, snapshotId, files } = stored;
  return [
    {
      name: `${repository.name}-${snapshotId.slice(0, 8)}`,
      snapshotID: snapshotId,
      repository: `${repository.namespace}/${repository.name}`,
      path: stored.paths.join(','),
      totalSize: formatBytes(stored.totalBytes),
      uploaded: formatBytes(stored.storedBytes),
      processingTime: formatDuration(stored.seconds * 1000),
      fileStats: { totalFiles: files.total, newFiles: files.new, modifiedFiles: files.modified, unmodifiedFiles: files.unmodified },
    },
  ];
}

export function canceled(deadline: string, hindrance?: string): OrderError {
  const how = hindrance === undefined ? 'not done' : 'not begun';
  const why = hindrance === undefined ? 'the run was stopped' : hindrance;
  return orderError(new StashError('DeadlineExceeded', `${how} at the session's deadline ${deadline}; ${why}`));
}

export function noResult(): OrderError {
  return { code: 'Internal', message: 'the agent reported no result', remedy: 'Report this with the log of the session.' };
}
