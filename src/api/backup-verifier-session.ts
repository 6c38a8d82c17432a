import type { Static } from 'typebox';
import { TRIGGERS } from './backup-session.ts';
import { conditions } from './condition.ts';
import { time } from './formats.ts';
import type { Resource } from './object.ts';
import { PointInTime } from './point-in-time.ts';
import { steps } from './progress.ts';
import { Invoker, ObjectReference, TargetRef } from './references.ts';
import { anything, described, flag, integer, list, names, oneOf, optional, struct, text, textList } from './schema.ts';

export const BackupVerifierSessionSpec = struct(
  'One test of one backup by a real restore.',
  {
    verifier: described('The BackupVerifierConfiguration that says how.', ObjectReference),
    invoker: described('The configuration whose backup is tested.', Invoker),
    invokerNamespace: optional(text('Namespace of that configuration; that of this object when absent.', { maxLength: 63 })),
    target: optional(TargetRef),
    backupSession: optional(text('Name of the BackupSession that is tested.', { maxLength: 253 })),
    alias: optional(text('Alias of the restore test.', { maxLength: 63 })),
    trigger: optional(oneOf('Why it runs.', TRIGGERS)),
    scheduledTime: optional(time('The tick it runs for.')),
    requestID: optional(text('Id of the request, of a test that was asked for.', { maxLength: 253 })),
    repository: ObjectReference,
    snapshots: optional(names('Full ids of the snapshots it needs; retention leaves them alone.', { maxItems: 256 })),
    pointInTime: optional(PointInTime),
    retryLeft: optional(integer('Attempts that are left should it fail.', { minimum: 0 })),
  },
  { rules: [{ rule: 'self == oldSelf', message: 'the spec of a BackupVerifierSession cannot be changed: create another one' }] },
);
export type BackupVerifierSessionSpec = Static<typeof BackupVerifierSessionSpec>;

const CheckResult = struct('Result of one check.', {
  name: text('Name of the check.'),
  expected: optional(text('What was expected.')),
  observed: optional(text('What was found.')),
  passed: flag('Whether it passed.'),
  message: optional(text('More about it.')),
});

const duration = (description: string) => optional(text(description));

const VerificationSummary = struct('What the test found.', {
  point: optional(text('Point that was restored.')),
  checks: optional(list('Result of each check.', CheckResult)),
  tablesCompared: optional(integer('Tables that were compared.')),
  rowsCompared: optional(integer('Rows that were compared.')),
  rto: optional(
    struct('Time the restore took.', {
      total: duration('All of it.'),
      fetch: duration('Fetching the data.'),
      prepare: duration('Preparing it.'),
      replay: duration('Replaying logs.'),
      ready: duration('Until the server answered.'),
    }),
  ),
  rpo: duration('Time between the point and the test.'),
  cleaned: optional(textList('What was removed afterwards.')),
});

export const BackupVerifierSessionStatus = struct('How the test stands.', {
  phase: optional(oneOf('How it stands.', ['Pending', 'Launching', 'Restoring', 'Testing', 'CleaningUp', 'Succeeded', 'Failed'])),
  reason: optional(text('One word that says why.')),
  message: optional(text('The same for people.')),
  failureClass: optional(oneOf('What kind of failure.', ['DataWrong', 'ChainBroken', 'Expectation', 'Environment'])),
  startTime: optional(time('When it began.')),
  endTime: optional(time('When it ended.')),
  sessionDuration: optional(text('Time it took.')),
  sessionDeadline: optional(time('When it is stopped.')),
  launched: optional(anything('What was launched, to be removed.')),
  restoreSession: optional(text('Name of the RestoreSession it made.')),
  steps,
  summary: optional(VerificationSummary),
  conditions,
});
export type BackupVerifierSessionStatus = Static<typeof BackupVerifierSessionStatus>;

export type BackupVerifierSession = Resource<BackupVerifierSessionSpec, BackupVerifierSessionStatus>;
