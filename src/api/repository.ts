import type { Static } from 'typebox';
import { Backend } from './backend.ts';
import { conditions, Failure } from './condition.ts';
import { time } from './formats.ts';
import { REPOSITORY_ACTIONS } from './names.ts';
import type { Resource } from './object.ts';
import { TypedObjectReference } from './references.ts';
import { flag, integer, list, oneOf, optional, struct, text, textList } from './schema.ts';
import { UsagePolicy } from './usage-policy.ts';

const LAYOUTS = ['Single', 'PerTarget'] as const;

export const repositorySpecFields = {
  backend: Backend,
  wipeOut: optional(flag('When this object is deleted, remove the snapshots Stash recorded. Not for local and b2.')),
  usagePolicy: optional(UsagePolicy),
  layout: optional(
    oneOf('One restic repository for all targets, or one for each. Settled at the first Ready; see status.layout.', LAYOUTS),
  ),
};

export const repositorySpecRules = [
  {
    rule: '!(has(self.wipeOut) && self.wipeOut && (has(self.backend.local) || has(self.backend.b2)))',
    message: 'wipeOut: true is not possible with the backends local and b2',
    fieldPath: '.wipeOut',
  },
];

export const RepositorySpec = struct('Where snapshots are stored.', repositorySpecFields, { rules: repositorySpecRules });
export type RepositorySpec = Static<typeof RepositorySpec>;

const Maintenance = struct('The newest run of forget, prune and check.', {
  phase: oneOf('How it stands.', ['Running', 'Succeeded', 'Failed']),
  reason: optional(text('Why it was started.')),
  startTime: optional(time('When it began.')),
  endTime: optional(time('When it ended.')),
  deadline: optional(time('When it is stopped.')),
  orderID: optional(text('Id of the order.')),
  error: optional(Failure),
});

const Lock = struct('A lock in the restic repository.', {
  id: text('Id of the lock.'),
  hostname: text('Host that holds it.'),
  pid: integer('Process that holds it.'),
  exclusive: flag('Whether it keeps all others out.'),
  time: time('When it was made or renewed.'),
  firstSeen: time('When Stash first saw it.'),
  holder: oneOf('Whose it is: a process of ours that runs, one that has ended, or somebody else’s.', ['Ours', 'Ended', 'Foreign']),
});

const Request = struct('Answer to a request made by the annotation stash.appscode.com/request.', {
  id: text('Id of the request.'),
  action: oneOf('What was asked for.', REPOSITORY_ACTIONS),
  phase: oneOf('How it ended.', ['Succeeded', 'Failed']),
  message: optional(text('What came of it.')),
  time: time('When it ended.'),
});

export const RepositoryStatus = struct('What Stash observes.', {
  observedGeneration: optional(integer('Generation of the spec this was observed at.')),
  phase: optional(oneOf('Whether it can be used.', ['Ready', 'NotReady', 'Pending'])),
  conditions,
  error: optional(Failure),
  firstBackupTime: optional(time('When the first backup was stored.')),
  lastBackupTime: optional(time('When the newest backup was stored.')),
  integrity: optional(flag('Result of the newest check.')),
  totalSize: optional(text('Size of the repository, for instance "2.567 KiB".')),
  snapshotCount: optional(integer('Snapshots in it.')),
  snapshotsRemovedOnLastCleanup: optional(integer('Snapshots the newest cleanup removed.')),
  references: optional(list('Objects that use it.', TypedObjectReference)),
  repositoryID: optional(text('Id of the restic repository.')),
  location: optional(text('Address it was opened at; another one is another repository.')),
  layout: optional(oneOf('The layout, settled for good.', LAYOUTS)),
  lastProbeTime: optional(time('When it was last begun to be opened, to see that it works.')),
  probeFailures: optional(integer('How often in a row opening it failed.')),
  observedSecretVersion: optional(text('resourceVersion of the storage secret it was last opened with.')),
  lastCheckTime: optional(time('When its integrity was last checked.')),
  lastMaintenanceTime: optional(time('When the newest maintenance ended.')),
  recording: optional(textList('Uids of the sessions whose snapshots the maintenance that runs takes into the records.')),
  recordedSessions: optional(
    textList(
      'Uids of the sessions whose snapshots the newest maintenance found in the records, or put there, and ids of such snapshots of logs.',
    ),
  ),
  recorded: optional(integer('Snapshots in the records.')),
  unexplained: optional(integer('Snapshots that no record and no open session explains.')),
  forgetting: optional(textList('Snapshots about to be forgotten.')),
  maintenance: optional(Maintenance),
  locks: optional(list('Locks that were seen.', Lock)),
  requests: optional(list('Answers to requests, newest last.', Request)),
});
export type RepositoryStatus = Static<typeof RepositoryStatus>;
export type RepositoryLock = Static<typeof Lock>;

export type Repository = Resource<RepositorySpec, RepositoryStatus>;
