import type { BackupBatch } from '../../api/backup-batch.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { BackupSession } from '../../api/backup-session.ts';
import type { ExecOpStatus } from '../../api/invoker-status.ts';
import { parseDuration } from '../../rules/duration.ts';
import type { Invoker, PlannedOperation } from '../../rules/invoker.ts';
import { decideTick, type TickDecision } from '../../rules/schedule/tick.ts';
import { tickName } from './objects.ts';
import type { CheckedOperation } from './operations.ts';

/** What the schedule of one line asks for now; undefined where it has none that can run. `known`: the line as status has it. */
export function tickOf(
  operation: Pick<CheckedOperation, 'line' | 'schedule' | 'state'>,
  known: ExecOpStatus | undefined,
  object: BackupConfiguration | BackupBatch,
  lastSession: string | undefined,
  now: Date,
): TickDecision | undefined {
  const { line, schedule, state } = operation;
  if (schedule === undefined || state === 'NotSupportedYet' || state === 'Invalid') return undefined;
  const latest = [recordedTick(known, object), lastSession]
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);
  return decideTick({
    schedule,
    timeZone: line.timeZone,
    now,
    lastCheckTime: latest === undefined ? now : new Date(latest),
    ...(known?.understoodSchedule === undefined ? {} : { lastSchedule: known.understoodSchedule }),
    ...(known?.skipped === undefined ? {} : { skipped: { after: new Date(known.skipped.after), before: new Date(known.skipped.before) } }),
    missedRuns: line.missedRuns,
    jitterMs: parseDuration(line.jitter),
    jitterSeed: `${object.kind}/${object.metadata.namespace}/${object.metadata.name}/${line.id}`,
    paused: state === 'Paused',
  });
}

/** Up to here status says that everything is decided. */
export function recordedTick(known: ExecOpStatus | undefined, object: BackupConfiguration | BackupBatch): string | undefined {
  return known?.lastCheckTime ?? object.metadata.creationTimestamp;
}

/** The last tick of the line that has a session: it may tell of one that status does not know of yet. */
export function lastSessionTick(invoker: Invoker, line: PlannedOperation, sessions: readonly BackupSession[]): string | undefined {
  const scheduled = sessions.flatMap(({ metadata, spec }) =>
    spec.alias === line.alias && spec.scheduledTime !== undefined ? [{ name: metadata.name, time: spec.scheduledTime }] : [],
  );
  // By name, which a line of another member with the same alias cannot have.
  const ticks = scheduled.filter(({ name, time }) => name === tickName(invoker, line, new Date(time))).map(({ time }) => time);
  return ticks.sort().at(-1);
}

/** Names the state of a line in status. */
export function lineId(line: ExecOpStatus): string {
  return line.member === undefined ? line.alias : `${line.alias}@${line.member}`;
}
