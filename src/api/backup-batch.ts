import type { Static } from 'typebox';
import { backupTemplateFields, invokerFields, invokerRules } from './backup-configuration.ts';
import { conditions } from './condition.ts';
import { BackupHooks } from './hooks.ts';
import { invokerStatusFields } from './invoker-status.ts';
import type { Resource } from './object.ts';
import { operationFields } from './operations.ts';
import { TargetRef } from './references.ts';
import { RuntimeSettings } from './runtime-settings.ts';
import { described, list, oneOf, optional, struct } from './schema.ts';

export const BackupMember = struct('One target of the batch.', backupTemplateFields);
export type BackupMember = Static<typeof BackupMember>;

export const executionOrder = oneOf('Whether members run side by side or one after another, in this order.', ['Parallel', 'Sequential'], {
  default: 'Parallel',
});

export const BackupBatchSpec = struct(
  'Several targets that are backed up together.',
  {
    members: optional(list('The targets. What a member says itself goes before what the batch says.', BackupMember, { maxItems: 64 })),
    runtimeSettings: optional(RuntimeSettings),
    hooks: optional(described('What is done around the whole batch.', BackupHooks)),
    executionOrder,
    ...operationFields,
    ...invokerFields,
  },
  {
    rules: [
      ...invokerRules,
      {
        rule: 'has(self.schedule) || has(self.execOps) || (has(self.members) && self.members.exists(m, has(m.execOps)))',
        message: 'schedule is missing: give schedule, or execOps with an alias for each thing to do',
      },
    ],
  },
);
export type BackupBatchSpec = Static<typeof BackupBatchSpec>;

export const BackupBatchStatus = struct('What Stash observes.', {
  ...invokerStatusFields,
  memberConditions: optional(list('State of each member.', struct('One member.', { target: TargetRef, conditions }))),
});
export type BackupBatchStatus = Static<typeof BackupBatchStatus>;

export type BackupBatch = Resource<BackupBatchSpec, BackupBatchStatus>;
