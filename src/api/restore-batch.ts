import type { Static } from 'typebox';
import { executionOrder } from './backup-batch.ts';
import { conditions } from './condition.ts';
import { RestoreHooks } from './hooks.ts';
import type { Resource } from './object.ts';
import { TargetRef } from './references.ts';
import { HostRestoreStats, restoreFields, restoreRepositoryRules, restoreStatusFields, restoreTemplateFields } from './restore-session.ts';
import { described, integer, list, oneOf, optional, struct, text } from './schema.ts';

const RestoreMember = struct('One target of the batch.', restoreTemplateFields);

export const RestoreBatchSpec = struct(
  'Several targets that are restored together.',
  {
    members: optional(list('The targets.', RestoreMember, { maxItems: 64 })),
    executionOrder,
    hooks: optional(described('What is done around the whole batch.', RestoreHooks)),
    ...restoreFields,
  },
  { rules: restoreRepositoryRules },
);
export type RestoreBatchSpec = Static<typeof RestoreBatchSpec>;

const RestoreMemberStatus = struct('How one member stands.', {
  ref: TargetRef,
  alias: optional(text('Host name of the target in the repository.')),
  phase: optional(oneOf('How it stands.', ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'])),
  totalHosts: optional(integer('Hosts of the member.')),
  conditions,
  stats: optional(list('How each host stands.', HostRestoreStats)),
});
export type RestoreMemberStatus = Static<typeof RestoreMemberStatus>;

export const RestoreBatchStatus = struct('How the restore stands.', {
  ...restoreStatusFields,
  members: optional(list('How each member stands.', RestoreMemberStatus)),
});
export type RestoreBatchStatus = Static<typeof RestoreBatchStatus>;

export type RestoreBatch = Resource<RestoreBatchSpec, RestoreBatchStatus>;
