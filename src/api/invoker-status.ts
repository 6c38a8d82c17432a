import type { Static } from 'typebox';
import { conditions } from './condition.ts';
import { duration, time } from './formats.ts';
import { LogHostStatus } from './log-host-status.ts';
import { OPERATIONS } from './operations.ts';
import { flag, integer, list, oneOf, optional, struct, text } from './schema.ts';

const EXEC_OP_STATES = ['Scheduled', 'Paused', 'Unscheduled', 'NotSupportedYet', 'Invalid'] as const;

export const ExecOpStatus = struct('State of one alias.', {
  alias: text('Name of the operation.'),
  operation: optional(oneOf('What it does.', OPERATIONS)),
  state: oneOf('Whether it runs on schedule, and if not, why.', EXEC_OP_STATES),
  message: optional(text('The same for people.')),
  understoodSchedule: optional(text('The schedule as five-field cron.')),
  timeZone: optional(text('Zone of the schedule.')),
  lastCheckTime: optional(time('Until when ticks were looked for.')),
  next: optional(time('The next run.')),
  skipped: optional(
    struct('Ticks that were passed over and did not run; they run if the clock is set back.', {
      after: time('Later than this.'),
      before: time('Earlier than this.'),
    }),
  ),
  missed: optional(integer('How many runs did not start at their time, up to now.')),
  lastSession: optional(text('Name of the newest session.')),
  lastSuccessfulSession: optional(text('Name of the newest session that succeeded.')),
  lastSuccessTime: optional(time('When that ended.')),
  member: optional(
    text(
      'In a batch: the member this is about, as KIND/NAME, or NAMESPACE/KIND/NAME of a target in another namespace; all members when absent.',
    ),
  ),
  archivedTo: optional(time('Log: until when the log is stored.')),
  lastUpload: optional(time('Log: when it was last stored.')),
  error: optional(text('Log: what is wrong.')),
  gtid: optional(text('Log: GTID position up to which it is stored.')),
  uploads: optional(integer('Log: how many snapshots of it were stored, up to now.')),
  logs: optional(list('Log: what each host has archived.', LogHostStatus)),
});
export type ExecOpStatus = Static<typeof ExecOpStatus>;

const RecoverableInterval = struct('A stretch of time that can be restored to.', {
  from: time('Its beginning.'),
  to: time('Its end.'),
  gtidFrom: optional(text('GTID of the beginning.')),
  gtidTo: optional(text('GTID of the end.')),
  target: optional(text('In a batch: the target whose data it is, as NAMESPACE/KIND/NAME.')),
  host: optional(text('Host whose data it is.')),
  timeline: optional(text('Timeline of the logs.')),
  repository: optional(text('Repository it is in, as NAMESPACE/NAME.')),
  provenAt: optional(time('When a restore into it was last tested.')),
  provenTo: optional(text('Point up to which that was tested.')),
});

export type RecoverableInterval = Static<typeof RecoverableInterval>;

const objective = (description: string) =>
  optional(
    struct(description, {
      objective: duration('What is promised.'),
      measured: optional(duration('What is.')),
      met: optional(flag('Whether it is kept.')),
    }),
  );

const INVOKER_PHASES = ['Invalid', 'Ready', 'NotReady'] as const;

/** Status that BackupConfiguration and BackupBatch share. */
export const invokerStatusFields = {
  observedGeneration: optional(integer('Generation of the spec this was observed at.')),
  phase: optional(oneOf('Whether backups can run.', INVOKER_PHASES)),
  conditions,
  execOps: optional(list('State of each alias.', ExecOpStatus)),
  recoverable: optional(list('What can be restored to.', RecoverableInterval)),
  objectives: optional(
    struct('What is promised and what is.', { rpo: objective('Recovery point objective.'), rto: objective('Recovery time objective.') }),
  ),
};
