import type { BackupBatch, BackupBatchStatus } from '../../api/backup-batch.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { BackupSession } from '../../api/backup-session.ts';
import type { ExecOpStatus, RecoverableInterval } from '../../api/invoker-status.ts';
import type { Invoker } from '../../rules/invoker.ts';
import { optionalField } from '../../rules/optional-field.ts';
import type { TickDecision } from '../../rules/schedule/tick.ts';
import { reachedByLogs, unknownSeries } from '../../rules/window/extend.ts';
import { looseLogs } from '../../rules/window/loose-logs.ts';
import { CONDITIONS, type ConditionChange, conditionOf, withCondition } from '../conditions.ts';
import { timeText } from '../context.ts';
import { windowCondition } from '../window/tell.ts';
import type { CheckedOperation } from './operations.ts';
import type { Verdict } from './validate.ts';

/** State of one line; what is known from before stays where nothing new was decided. */
export function operationStatus(
  operation: CheckedOperation,
  known: ExecOpStatus | undefined,
  decision: TickDecision | undefined,
  sessions: readonly BackupSession[],
): ExecOpStatus {
  const { line, schedule } = operation;
  const mine = sessions
    .filter((session) => session.spec.alias === line.alias && covers(session, operation))
    .sort((a, b) => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''));
  const succeeded = mine.filter((session) => session.status?.phase === 'Succeeded').at(-1);
  const lastSession = mine.at(-1)?.metadata.name ?? known?.lastSession;
  const skipped =
    decision === undefined
      ? known?.skipped
      : decision.skipped && { after: timeText(decision.skipped.after), before: timeText(decision.skipped.before) };
  return {
    alias: line.alias,
    operation: operation.operation,
    state: operation.state,
    ...(operation.message === undefined ? {} : { message: operation.message }),
    ...(line.member === undefined ? {} : { member: line.member }),
    ...(schedule === undefined ? {} : { understoodSchedule: schedule.understood, timeZone: line.timeZone }),
    ...optionalField('lastCheckTime', decision === undefined ? known?.lastCheckTime : timeText(decision.lastCheckTime)),
    ...optionalField('next', decision?.next === undefined || operation.state === 'Paused' ? undefined : timeText(decision.next)),
    ...optionalField('skipped', skipped),
    missed: (known?.missed ?? 0) + (decision?.missed ?? 0),
    ...optionalField('lastSession', lastSession),
    ...optionalField('lastSuccessfulSession', succeeded?.metadata.name ?? known?.lastSuccessfulSession),
    ...optionalField('lastSuccessTime', succeeded?.status?.endTime ?? known?.lastSuccessTime),
    ...(known?.logs === undefined ? {} : keptLog(known)),
  };
}

/** What is archived stays known while nothing is archived. */
function keptLog({ archivedTo, lastUpload, gtid, uploads, error, logs }: ExecOpStatus): Partial<ExecOpStatus> {
  return {
    ...optionalField('archivedTo', archivedTo),
    ...optionalField('lastUpload', lastUpload),
    ...optionalField('gtid', gtid),
    ...optionalField('uploads', uploads),
    ...optionalField('error', error),
    ...optionalField('logs', logs),
  };
}

function covers(session: BackupSession, { line }: CheckedOperation): boolean {
  return session.spec.members === undefined || session.spec.members.some((key) => line.members.includes(key));
}

export function invokerStatus(
  object: BackupConfiguration | BackupBatch,
  invoker: Invoker,
  verdict: Verdict,
  execOps: ExecOpStatus[],
  now: string,
): BackupBatchStatus {
  const recoverable = reachedByLogs(object.status?.recoverable, execOps);
  const changes = [...verdict.conditions, ...windowChange(object, recoverable, execOps)];
  const conditions = changes.reduce((list, change) => withCondition(list, change, now), object.status?.conditions ?? []);
  const { memberConditions: _dropped, ...kept } = (object.status ?? {}) as BackupBatchStatus;
  return {
    ...kept,
    observedGeneration: object.metadata.generation ?? 0,
    phase: verdict.phase,
    conditions,
    execOps,
    ...optionalField('recoverable', recoverable),
    ...(invoker.kind === 'BackupBatch'
      ? { memberConditions: invoker.members.map((member) => ({ target: member.target?.ref ?? {}, conditions: [] })) }
      : {}),
  };
}

/**
 * Logs may have come past the newest backup since the last look into the repository, or go on from nothing. Where such a look found that, the
 * next one tells when they go on from something again.
 */
function windowChange(
  object: BackupConfiguration | BackupBatch,
  recoverable: RecoverableInterval[] | undefined,
  lines: readonly ExecOpStatus[],
): ConditionChange[] {
  const loose = looseLogs(recoverable, lines);
  const known = conditionOf(object.status?.conditions, CONDITIONS.recoverableWindowOpen);
  const isUnsure = known?.reason === 'NoBackupYet' ? unknownSeries(recoverable, lines).length > 0 : recoverable === undefined;
  return loose.length === 0 && isUnsure ? [] : [windowCondition(object, recoverable ?? [], loose, lines)];
}
