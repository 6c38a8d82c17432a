import type { KindName } from './kinds.ts';

/** A column of `get`: written into the CRDs as `additionalPrinterColumns`, and used by our own tables. NAME comes before these. */
export interface PrintColumn {
  name: string;
  type: 'string' | 'integer' | 'boolean' | 'date';
  /** Simple JSON path: fields (a dot in one is `\.`), `[INDEX]` and `[?(@.FIELD=="VALUE")]`. */
  jsonPath: string;
  /** 1: only with `-o wide`. */
  priority?: 1;
}

export function printColumnsOf(kind: KindName): readonly PrintColumn[] {
  return [...(COLUMNS[kind] ?? []), AGE];
}

const column = (name: string, jsonPath: string, type: PrintColumn['type'] = 'string'): PrintColumn => ({ name, type, jsonPath });
const wide = (name: string, jsonPath: string, type: PrintColumn['type'] = 'string'): PrintColumn => ({ name, type, jsonPath, priority: 1 });

const AGE = column('Age', '.metadata.creationTimestamp', 'date');
const phase = column('Phase', '.status.phase');
const duration = column('Duration', '.status.sessionDuration');

const COLUMNS: Partial<Record<KindName, readonly PrintColumn[]>> = {
  Repository: [
    phase,
    column('Integrity', '.status.integrity', 'boolean'),
    column('Size', '.status.totalSize'),
    column('Snapshot-Count', '.status.snapshotCount', 'integer'),
    column('Last-Successful-Backup', '.status.lastBackupTime', 'date'),
    wide('Layout', '.status.layout'),
    wide('Maintenance', '.status.maintenance.phase'),
    wide('Error', '.status.error.code'),
  ],
  BackupConfiguration: [
    column('Target-Kind', '.spec.target.ref.kind'),
    column('Target', '.spec.target.ref.name'),
    column('Schedule', '.spec.schedule'),
    column('Paused', '.spec.paused', 'boolean'),
    phase,
    wide('Recoverable-To', '.status.recoverable[0].to', 'date'),
    wide('Repository', '.spec.repository.name'),
    wide('Task', '.spec.task.name'),
    wide('Blueprint', '.metadata.labels.stash\\.appscode\\.com/blueprint'),
  ],
  BackupBatch: [
    column('Schedule', '.spec.schedule'),
    column('Paused', '.spec.paused', 'boolean'),
    phase,
    wide('Repository', '.spec.repository.name'),
    wide('Order', '.spec.executionOrder'),
  ],
  BackupSession: [
    column('Invoker-Type', '.spec.invoker.kind'),
    column('Invoker-Name', '.spec.invoker.name'),
    column('Alias', '.spec.alias'),
    column('Operation', '.status.operation.performed'),
    phase,
    duration,
    wide('Primary', '.status.targets[0].stats[?(@.role=="Primary")].hostname'),
    wide('Trigger', '.spec.trigger'),
    wide('Scheduled', '.spec.scheduledTime', 'date'),
    wide('Operation-Reason', '.status.operation.reason'),
    wide('Reason', '.status.reason'),
    wide('Replayable-Until', '.status.replayableUntil'),
  ],
  RestoreSession: [
    column('Repository', '.spec.repository.name'),
    column('Target', '.spec.target.ref.name'),
    phase,
    duration,
    wide('Target-Kind', '.spec.target.ref.kind'),
    wide('Reason', '.status.reason'),
  ],
  RestoreBatch: [column('Repository', '.spec.repository.name'), phase, duration, wide('Reason', '.status.reason')],
  BackupBlueprint: [
    column('Task', '.spec.task.name'),
    column('Schedule', '.spec.schedule'),
    wide('Backup-Namespace', '.spec.backupNamespace'),
    wide('Repo-Namespace', '.spec.repoNamespace'),
  ],
  Function: [wide('Image', '.spec.image')],
  Task: [wide('First-Step', '.spec.steps[0].name')],
  BackupVerifierConfiguration: [column('Task', '.spec.task.name'), wide('Repository', '.spec.repositories[0].name')],
  BackupVerifierSession: [phase, duration],
  AppBinding: [column('Type', '.spec.type'), column('Version', '.spec.version')],
  Secret: [column('Type', '.type')],
  Event: [
    column('Last-Seen', '.lastTimestamp', 'date'),
    column('Type', '.type'),
    column('Reason', '.reason'),
    column('Kind', '.involvedObject.kind'),
    column('Object', '.involvedObject.name'),
    column('Message', '.message'),
    wide('Count', '.count', 'integer'),
  ],
};
