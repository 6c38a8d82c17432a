import type { Static } from 'typebox';
import { BackupTargetStatus, OperationPerformed } from './backup-target-status.ts';
import { conditions } from './condition.ts';
import { time } from './formats.ts';
import type { Resource } from './object.ts';
import { Invoker } from './references.ts';
import { flag, integer, list, names, oneOf, optional, struct, text } from './schema.ts';

export const TRIGGERS = ['Schedule', 'Manual', 'Retry', 'MissedRun'] as const;

export const BackupSessionSpec = struct(
  'One run of one alias of a BackupConfiguration or BackupBatch.',
  {
    invoker: Invoker,
    alias: optional(text('Alias that runs; the only one of the invoker when absent.', { maxLength: 63 })),
    trigger: optional(oneOf('Why it runs.', TRIGGERS)),
    scheduledTime: optional(time('The tick it runs for.')),
    requestID: optional(text('Id of the request, of a run that was asked for.', { maxLength: 253 })),
    members: optional(
      names('Of a batch: the members it covers, as KIND/NAME, or NAMESPACE/KIND/NAME of a target in another namespace; all when absent.'),
    ),
    retryLeft: optional(integer('Attempts that are left should it fail.', { minimum: 0 })),
    retryOf: optional(text('Name of the session this repeats.', { maxLength: 253 })),
  },
  { rules: [{ rule: 'self == oldSelf', message: 'the spec of a BackupSession cannot be changed: create another one' }] },
);
export type BackupSessionSpec = Static<typeof BackupSessionSpec>;

const BACKUP_SESSION_PHASES = ['Pending', 'Running', 'DataStored', 'Verifying', 'Succeeded', 'Failed', 'Skipped', 'Unknown'] as const;

export const BackupSessionStatus = struct('How the run stands.', {
  phase: optional(oneOf('How it stands.', BACKUP_SESSION_PHASES)),
  reason: optional(text('One word that says why.')),
  message: optional(text('The same for people.')),
  startTime: optional(time('When it began.')),
  endTime: optional(time('When it ended.')),
  sessionDuration: optional(text('Time it took.')),
  sessionDeadline: optional(time('When it is stopped.')),
  retried: optional(flag('Whether another session repeats it.')),
  nextRetry: optional(time('When it is repeated.')),
  replayableUntil: optional(time('Until when stored logs reach past its end, of every database in it, at least.')),
  operation: optional(OperationPerformed),
  targets: optional(list('How each target stands.', BackupTargetStatus)),
  conditions,
});
export type BackupSessionStatus = Static<typeof BackupSessionStatus>;

export type BackupSession = Resource<BackupSessionSpec, BackupSessionStatus>;
