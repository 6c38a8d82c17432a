import type { HostBackupStats, RepositoryResult, SnapshotStats } from '../../api/backup-target-status.ts';
import type { Progress, Step } from '../../api/progress.ts';
import type { HostRestoreStats } from '../../api/restore-session.ts';
import { formatBytes } from '../../rules/bytes.ts';
import { evidenceText } from '../../rules/judge-roles.ts';
import { colorPhase } from '../output/color.ts';
import { operationText } from '../output/operation-text.ts';
import { failureRows, type View } from './conditions.ts';
import type { Section } from './layout.ts';

/** One host of a backup: phase, time, steps, error with remedy, and what is where. */
export function backupHostSection(host: HostBackupStats, view: View): Section {
  return {
    title: `Host ${host.hostname ?? '?'}`,
    rows: [
      ...runRows(host, view),
      ['Role', roleText(host)],
      ['Operation', operationText(host.operation)],
      ['Position', host.position && positionText(host.position)],
      ...(host.repositories ?? []).map((repository): [string, string] => [
        `Repository ${repository.name}`,
        [
          colorPhase(view.color, repository.phase),
          repository.error,
          repository.errorCode && `(${repository.errorCode})`,
          replayableText(repository.replayable),
        ]
          .filter(Boolean)
          .join(' '),
      ]),
    ],
    table: snapshotTable(host.snapshots ?? []),
  };
}

/** How far the logs beside it go on from it. */
function replayableText(replayable: RepositoryResult['replayable']): string | undefined {
  return replayable && `replayable until ${replayable.until}, GTID ${replayable.gtid} (timeline ${replayable.timeline})`;
}

/** `GTID 0-1-501, LSN 5856 to 7915, binlog.000002 at 1339, server 10.11.19-MariaDB-log`; all of it is in `-o yaml`. */
function positionText(position: Readonly<Record<string, unknown>>): string | undefined {
  const { gtid, fromLsn, lastLsn, binlogFile, binlogPosition, version } = position;
  const parts = [
    gtid && `GTID ${gtid}`,
    lastLsn && `LSN ${fromLsn} to ${lastLsn}`,
    binlogFile && `${binlogFile} at ${binlogPosition}`,
    version && `server ${version}`,
  ];
  return parts.filter(Boolean).join(', ') || undefined;
}

/** `Replica (slaves=1, serverId=2)`. */
function roleText({ role, evidence }: HostBackupStats): string | undefined {
  const shown = evidenceText((evidence ?? {}) as Record<string, unknown>);
  return role === undefined || shown === '' ? role : `${role} (${shown})`;
}

/** One host of a restore. */
export function restoreHostSection(host: HostRestoreStats, view: View): Section {
  const { restored } = host;
  return {
    title: `Host ${host.hostname ?? '?'}`,
    rows: [
      ...runRows(host, view),
      [
        'Restored',
        restored &&
          [restored.files !== undefined && `${restored.files} files`, restored.bytes !== undefined && formatBytes(restored.bytes)]
            .filter(Boolean)
            .join(', '),
      ],
    ],
  };
}

function runRows(host: HostBackupStats | HostRestoreStats, { color }: View): [string, string | undefined][] {
  return [
    ['Phase', host.phase && colorPhase(color, host.phase)],
    ['Duration', host.duration],
    ['Steps', stepsText(host.steps)],
    // A finished run's last progress says nothing any more.
    ['Progress', host.phase === 'Running' ? progressText(host.progress) : undefined],
    ['Message', host.message],
    ...failureRows({ code: host.errorCode, message: host.error, remedy: host.remedy }, color),
  ];
}

function stepsText(steps: readonly Step[] | undefined): string | undefined {
  return steps?.map((step) => `${step.name} ${step.phase}${step.duration === undefined ? '' : ` (${step.duration})`}`).join(', ');
}

/** `upload 45%, 12.3 MiB of 27.1 MiB, 120 of 400 files`. */
export function progressText(progress: Progress | undefined): string | undefined {
  if (progress === undefined) return undefined;
  const parts = [`${progress.step} ${Math.floor(progress.percentDone)}%`];
  if (progress.totalBytes) parts.push(`${formatBytes(progress.bytesDone ?? 0)} of ${formatBytes(progress.totalBytes)}`);
  if (progress.totalFiles) parts.push(`${progress.filesDone ?? 0} of ${progress.totalFiles} files`);
  return parts.join(', ');
}

function snapshotTable(snapshots: readonly SnapshotStats[]): { header: string[]; rows: string[][] } {
  return {
    header: ['SNAPSHOT', 'REPOSITORY', 'PATH', 'SIZE', 'UPLOADED', 'TIME', 'FILES (NEW/CHANGED)'],
    rows: snapshots.map((one) => [
      one.snapshotID?.slice(0, 8) ?? one.name ?? '',
      one.repository ?? '',
      one.path ?? '',
      one.totalSize ?? '',
      one.uploaded ?? '',
      one.processingTime ?? '',
      one.fileStats === undefined
        ? ''
        : `${one.fileStats.totalFiles ?? 0} (${one.fileStats.newFiles ?? 0}/${one.fileStats.modifiedFiles ?? 0})`,
    ]),
  };
}
