import type { Static } from 'typebox';
import { conditions } from './condition.ts';
import { time } from './formats.ts';
import { OPERATIONS } from './operations.ts';
import { hostRunFields } from './progress.ts';
import { TargetRef } from './references.ts';
import { anything, integer, list, oneOf, optional, struct, text, textList } from './schema.ts';

export const OperationPerformed = struct('What was asked for and what was done.', {
  requested: optional(oneOf('What was asked for.', OPERATIONS)),
  performed: optional(oneOf('What was done.', OPERATIONS)),
  reason: optional(text('Why they differ.')),
});
export type OperationPerformed = Static<typeof OperationPerformed>;

export const SnapshotStats = struct('One snapshot.', {
  name: optional(text('Its name: REPOSITORY-SHORTID.')),
  snapshotID: optional(text('Its full id.')),
  repository: optional(text('Repository it is in, as NAMESPACE/NAME.')),
  path: optional(text('Directory it holds.')),
  totalSize: optional(text('Size of the data.')),
  uploaded: optional(text('Bytes that were added to the repository.')),
  processingTime: optional(text('Time it took.')),
  fileStats: optional(
    struct('Files by what became of them.', {
      totalFiles: optional(integer('All files.')),
      newFiles: optional(integer('Files that are new.')),
      modifiedFiles: optional(integer('Files that changed.')),
      unmodifiedFiles: optional(integer('Files that did not.')),
    }),
  ),
});
export type SnapshotStats = Static<typeof SnapshotStats>;

const ReplayableResult = struct('How far the logs that are stored beside a link of a chain go on from it.', {
  until: time('Everything committed until then can be restored.'),
  gtid: text('GTID position there.'),
  timeline: text('Timeline of the logs that reach it.'),
});

export const RepositoryResult = struct('What one Repository has.', {
  name: text('Name of the Repository.'),
  namespace: optional(text('Its namespace.')),
  phase: oneOf('Whether it has the data.', ['Pending', 'Stored', 'Failed']),
  error: optional(text('What failed.')),
  errorCode: optional(text('Stable code of the error.')),
  snapshots: optional(textList('Full ids of the snapshots.')),
  link: optional(text('The link of a chain that it is there, as CHAIN.N; 0 is the full. Found at a look into the repository.')),
  replayable: optional(ReplayableResult),
});
export type RepositoryResult = Static<typeof RepositoryResult>;

export const HostBackupStats = struct('How one host stands.', {
  ...hostRunFields,
  phase: optional(oneOf('How it stands.', ['Pending', 'Running', 'Succeeded', 'Failed', 'Skipped'])),
  attempts: optional(integer('How often the order was given.')),
  role: optional(text('Role of the host: Primary or Replica.')),
  evidence: optional(anything('What the role was concluded from.')),
  operation: optional(OperationPerformed),
  position: optional(anything('Where the source stood: gtid, lsn, binlog and others.')),
  repositories: optional(list('What each Repository has.', RepositoryResult)),
  snapshots: optional(list('The snapshots.', SnapshotStats)),
});
export type HostBackupStats = Static<typeof HostBackupStats>;

export const BackupTargetStatus = struct('How one target stands.', {
  ref: optional(TargetRef),
  alias: optional(text('Host name of the target in the repository.')),
  totalHosts: optional(integer('Hosts of the target.')),
  phase: optional(oneOf('How it stands.', ['Pending', 'Running', 'Succeeded', 'Failed', 'Skipped'])),
  preBackupActions: optional(textList('What is done once before.')),
  postBackupActions: optional(textList('What is done once after.')),
  conditions,
  stats: optional(list('How each host stands.', HostBackupStats)),
});
export type BackupTargetStatus = Static<typeof BackupTargetStatus>;
