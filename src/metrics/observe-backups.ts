import type { BackupSession } from '../api/backup-session.ts';
import type { BackupTargetStatus, HostBackupStats, SnapshotStats } from '../api/backup-target-status.ts';
import type { ExecOpStatus } from '../api/invoker-status.ts';
import { parseBytes } from '../rules/bytes.ts';
import { BACKUP } from './definitions/backup.ts';
import type { Labels, Samples } from './metric.ts';
import { newestEnded, oldestOpen } from './sessions.ts';
import { latest, lengthInSeconds, nameFrom, outcome, seconds, sum, targetLabels } from './values.ts';

/**
 * What the sessions of one alias tell. All values of a result are those of one session, the newest that ended: a failure leaves nothing of
 * an earlier success standing but the time of it.
 */
export function observeBackups(
  samples: Samples,
  labels: Labels,
  { sessions, status }: { sessions: readonly BackupSession[]; status: ExecOpStatus | undefined },
): void {
  const succeeded = sessions.filter((session) => session.status?.phase === 'Succeeded').map((session) => seconds(session.status?.endTime));
  // Older than the sessions that are kept, it is in the status of the invoker.
  samples.add(BACKUP.lastSuccess, labels, latest([seconds(status?.lastSuccessTime), ...succeeded]));
  observeOpen(samples, labels, oldestOpen(sessions));
  const newest = newestEnded(sessions);
  if (newest !== undefined) observeEnded(samples, labels, newest, sessions);
}

function observeOpen(samples: Samples, labels: Labels, open: BackupSession | undefined): void {
  if (open === undefined) return;
  const { phase = 'Pending', startTime, sessionDeadline } = open.status ?? {};
  samples.add(BACKUP.openStart, labels, seconds(startTime ?? open.metadata.creationTimestamp), { phase });
  samples.add(BACKUP.openDeadline, labels, seconds(sessionDeadline));
}

function observeEnded(samples: Samples, labels: Labels, session: BackupSession, sessions: readonly BackupSession[]): void {
  const { phase, reason = 'Unknown', endTime, sessionDuration, nextRetry, retried, targets } = session.status ?? {};
  samples.addFlag(BACKUP.success, labels, outcome(phase));
  samples.add(BACKUP.duration, labels, lengthInSeconds(sessionDuration));
  samples.add(BACKUP.end, labels, seconds(endTime));
  samples.add(BACKUP.targets, labels, targets?.length);
  if (phase === 'Failed') samples.add(BACKUP.failure, labels, 1, { reason });
  if (phase === 'Failed' && retried !== true) samples.add(BACKUP.nextRetry, labels, seconds(nextRetry));
  const namespace = session.metadata.namespace ?? '';
  for (const target of targets ?? []) {
    const targetSeries = { ...labels, ...targetLabels(namespace, target.ref) };
    samples.addFlag(BACKUP.targetSuccess, targetSeries, outcome(target.phase));
    samples.add(BACKUP.targetHosts, targetSeries, target.totalHosts);
    samples.add(BACKUP.targetLastSuccess, targetSeries, lastSuccess(target, sessions));
    for (const host of target.stats ?? []) observeHost(samples, { ...targetSeries, hostname: host.hostname ?? '' }, host, namespace);
  }
}

/** A session may fail while one of its targets was backed up. */
function lastSuccess({ ref }: BackupTargetStatus, sessions: readonly BackupSession[]): number | undefined {
  const same = (one: BackupTargetStatus) =>
    one.ref?.kind === ref?.kind && one.ref?.name === ref?.name && one.ref?.namespace === ref?.namespace;
  const good = sessions.flatMap(({ status }) => (status?.targets ?? []).filter((one) => same(one) && one.phase === 'Succeeded'));
  return latest(good.flatMap(({ stats }) => (stats ?? []).map(({ endTime }) => seconds(endTime))));
}

function observeHost(samples: Samples, labels: Labels, host: HostBackupStats, namespace: string): void {
  samples.addFlag(BACKUP.hostSuccess, labels, outcome(host.phase));
  if (outcome(host.phase) !== undefined) samples.add(BACKUP.hostDuration, labels, lengthInSeconds(host.duration));
  const { requested, performed, reason = 'Unknown' } = host.operation ?? {};
  if (requested === 'Incremental' && performed === 'Full') samples.add(BACKUP.forcedFull, labels, 1, { reason });
  // What went to several repositories is one amount of data in each, and must not be added up.
  for (const [repository, snapshots] of Map.groupBy(host.snapshots ?? [], (one) => repositoryName(one, namespace))) {
    observeStored(samples, repository === labels.repository ? labels : { ...labels, repository }, snapshots);
  }
}

function repositoryName({ repository = '' }: SnapshotStats, namespace: string): string {
  const [of = '', name = ''] = repository.split('/');
  return nameFrom(namespace, { namespace: of, name });
}

function observeStored(samples: Samples, labels: Labels, snapshots: readonly SnapshotStats[]): void {
  const total = (value: (one: SnapshotStats) => number | undefined) => sum(snapshots.map(value));
  samples.add(
    BACKUP.hostSize,
    labels,
    total((one) => parseBytes(one.totalSize ?? '')),
  );
  samples.add(
    BACKUP.hostUploaded,
    labels,
    total((one) => parseBytes(one.uploaded ?? '')),
  );
  samples.add(
    BACKUP.hostProcessing,
    labels,
    total((one) => lengthInSeconds(one.processingTime)),
  );
  samples.add(
    BACKUP.hostFiles,
    labels,
    total((one) => one.fileStats?.totalFiles),
  );
  samples.add(
    BACKUP.hostFilesNew,
    labels,
    total((one) => one.fileStats?.newFiles),
  );
  samples.add(
    BACKUP.hostFilesModified,
    labels,
    total((one) => one.fileStats?.modifiedFiles),
  );
  samples.add(
    BACKUP.hostFilesUnmodified,
    labels,
    total((one) => one.fileStats?.unmodifiedFiles),
  );
}
