import type { Static } from 'typebox';
import { duration, schedule } from './formats.ts';
import { BackupHooks } from './hooks.ts';
import { invokerStatusFields } from './invoker-status.ts';
import { EmbeddedClaim } from './kubernetes/persistent-volume-claim.ts';
import type { Resource } from './object.ts';
import { operationFields, repositories } from './operations.ts';
import { ObjectReference } from './references.ts';
import { RetentionPolicy } from './retention.ts';
import { RetryConfig } from './retry.ts';
import { RuntimeSettings } from './runtime-settings.ts';
import { described, flag, integer, oneOf, optional, struct } from './schema.ts';
import { BackupTarget } from './target.ts';
import { TaskRef } from './task-ref.ts';
import { TempDir } from './temp-dir.ts';

const DRIVERS = ['Restic', 'VolumeSnapshotter'] as const;
export const driver = oneOf('What stores the data: the engine, or snapshots of volumes.', DRIVERS, { default: 'Restic' });

/** How one target is backed up: the part that members of a BackupBatch have too. */
export const backupTemplateFields = {
  task: optional(described('The Task that does the backup; the default of the target’s kind when absent.', TaskRef)),
  target: optional(BackupTarget),
  runtimeSettings: optional(RuntimeSettings),
  tempDir: optional(TempDir),
  interimVolumeTemplate: optional(described('Claim for data that is staged before it is stored.', EmbeddedClaim)),
  hooks: optional(BackupHooks),
  ...operationFields,
};

/** How and when sessions of an invoker run. */
export const invokerFields = {
  schedule: optional(schedule('When the backup runs, as the only alias "backup"; not together with execOps.')),
  driver,
  repository: optional(described('The Repository the backups are stored in.', ObjectReference)),
  repositories,
  retentionPolicy: optional(RetentionPolicy),
  paused: optional(flag('Run nothing on schedule; a session that is asked for runs.')),
  backupHistoryLimit: integer('How many finished sessions are kept.', { default: 1, minimum: 0 }),
  timeOut: optional(duration('Most time a session may take; 24h when absent.')),
  retryConfig: optional(RetryConfig),
};

export const oneScheduleRule = {
  rule: '!(has(self.schedule) && has(self.execOps))',
  message: 'give either schedule or execOps, not both',
  fieldPath: '.schedule',
};

/** What must hold for every invoker, whatever it backs up. */
export const invokerRules = [
  { rule: '!(has(self.repository) && has(self.repositories))', message: 'give either repository or repositories, not both' },
  {
    rule: "has(self.repository) || has(self.repositories) || self.driver == 'VolumeSnapshotter'",
    message: 'repository is missing: name the Repository the backups are stored in',
  },
  oneScheduleRule,
];

export const BackupConfigurationSpec = struct(
  'What is backed up, when, and where it is stored.',
  {
    ...backupTemplateFields,
    ...invokerFields,
  },
  {
    rules: [
      ...invokerRules,
      {
        rule: 'has(self.schedule) || has(self.execOps)',
        message: 'schedule is missing: give schedule, or execOps with an alias for each thing to do',
      },
    ],
  },
);
export type BackupConfigurationSpec = Static<typeof BackupConfigurationSpec>;

export const BackupConfigurationStatus = struct('What Stash observes.', invokerStatusFields);
export type BackupConfigurationStatus = Static<typeof BackupConfigurationStatus>;

export type BackupConfiguration = Resource<BackupConfigurationSpec, BackupConfigurationStatus>;
