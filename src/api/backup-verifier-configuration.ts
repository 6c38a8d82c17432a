import Type, { type Static, type TUnsafe } from 'typebox';
import { conditions } from './condition.ts';
import { duration, quantity, schedule } from './formats.ts';
import type { Resource } from './object.ts';
import { ObjectReference } from './references.ts';
import { RetryConfig } from './retry.ts';
import { podSettings } from './runtime-settings.ts';
import { flag, integer, list, oneOf, optional, struct, text } from './schema.ts';
import { TaskRef } from './task-ref.ts';
import { UsagePolicy } from './usage-policy.ts';
import { VerifierCheck } from './verifier-check.ts';

/** A word or an object, which a structural schema cannot type: the pattern speaks of the word, the `anyOf` of the object. */
const TestPoint: TUnsafe<'Latest' | 'Random' | 'Edges' | { time: string } | { gtid: string }> = Type.Unsafe({
  'x-kubernetes-preserve-unknown-fields': true,
  pattern: '^(Latest|Random|Edges)$',
  anyOf: [{ required: ['time'] }, { required: ['gtid'] }],
  maxProperties: 1,
  'x-stash-accepts': 'Latest, Random, Edges, {time: ...} or {gtid: ...}',
  description:
    'Point that is restored: Latest, Random, Edges (of the recoverable intervals), {time: ...} or {gtid: ...}. Latest when absent.',
});

const Budget = struct('What a test may cost.', {
  timeOut: duration('Most time a test may take.', { default: '1h' }),
  cpu: optional(quantity('CPU it may use.')),
  memory: optional(quantity('Memory it may use.')),
  maxPerDay: optional(integer('Most tests in 24 hours.', { minimum: 0 })),
});

export const BackupVerifierConfigurationSpec = struct('How backups are tested by restoring them.', {
  repositories: optional(
    list(
      'Repositories that are tested, in turn unless they have schedules.',
      struct('One Repository.', { ...ObjectReference.properties, schedule: optional(schedule('When it is tested.')) }),
      { maxItems: 16 },
    ),
  ),
  pointInTime: optional(TestPoint),
  task: optional(TaskRef),
  checks: list('What is checked in restored data.', VerifierCheck, {
    minItems: 1,
    maxItems: 32,
    rules: [{ rule: 'self.all(a, self.filter(b, b.name == a.name).size() == 1)', message: 'two checks have the same name' }],
  }),
  budget: optional(Budget),
  jobTemplate: optional(struct('Settings of the Job a test runs in.', podSettings)),
  usagePolicy: optional(UsagePolicy),
  paused: optional(flag('Run no test on schedule.')),
  retryConfig: optional(RetryConfig),
  historyLimit: integer('How many finished tests are kept.', { default: 10, minimum: 0 }),
});
export type BackupVerifierConfigurationSpec = Static<typeof BackupVerifierConfigurationSpec>;

export const BackupVerifierConfigurationStatus = struct('What Stash observes.', {
  observedGeneration: optional(integer('Generation of the spec this was observed at.')),
  phase: optional(oneOf('Whether tests can run.', ['Invalid', 'Ready', 'NotReady'])),
  conditions,
  lastSession: optional(text('Name of the newest test.')),
  lastSuccessfulSession: optional(text('Name of the newest test that succeeded.')),
});
export type BackupVerifierConfigurationStatus = Static<typeof BackupVerifierConfigurationStatus>;

export type BackupVerifierConfiguration = Resource<BackupVerifierConfigurationSpec, BackupVerifierConfigurationStatus>;
