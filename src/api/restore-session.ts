import type { Static } from 'typebox';
import { driver } from './backup-configuration.ts';
import { conditions } from './condition.ts';
import { duration, time } from './formats.ts';
import { RestoreHooks } from './hooks.ts';
import { EmbeddedClaim } from './kubernetes/persistent-volume-claim.ts';
import type { Resource } from './object.ts';
import { PointInTime } from './point-in-time.ts';
import { hostRunFields } from './progress.ts';
import { ObjectReference } from './references.ts';
import { RuntimeSettings } from './runtime-settings.ts';
import { described, flag, integer, list, oneOf, optional, struct, text, textList } from './schema.ts';
import { RestoreTarget, restoreRules } from './target.ts';
import { TaskRef } from './task-ref.ts';
import { TempDir } from './temp-dir.ts';

/** How one target is restored: the part that members of a RestoreBatch have too. */
export const restoreTemplateFields = {
  task: optional(described('The Task that does the restore; the default of the target’s kind when absent.', TaskRef)),
  target: optional(RestoreTarget),
  runtimeSettings: optional(RuntimeSettings),
  tempDir: optional(TempDir),
  interimVolumeTemplate: optional(described('Claim for data that is staged before it is put in its place.', EmbeddedClaim)),
  hooks: optional(RestoreHooks),
};

/** What is restored, and what may happen to the data that is there. */
export const restoreFields = {
  driver,
  repository: optional(described('The Repository to restore from.', ObjectReference)),
  timeOut: optional(duration('Most time it may take; 24h when absent.')),
  pointInTime: optional(PointInTime),
  timeline: optional(text('Timeline of the point, where it is on more than one.', { maxLength: 64 })),
  allowOverwrite: optional(flag('Restore although there is data in the place.')),
  previousData: oneOf('What becomes of data that is replaced.', ['Keep', 'Discard'], { default: 'Keep' }),
  confirm: optional(text('Text that the owner of the Repository may require.', { maxLength: 253 })),
  stopCommand: optional(textList('On one machine: command that stops the server before its data is replaced.')),
  startCommand: optional(textList('On one machine: command that starts it again.')),
};

export const restoreRepositoryRules = [
  {
    rule: "has(self.repository) || self.driver == 'VolumeSnapshotter'",
    message: 'repository is missing: name the Repository to restore from',
  },
];

export const RestoreSessionSpec = struct(
  'One restore.',
  {
    ...restoreTemplateFields,
    ...restoreFields,
    rules: optional(described('Deprecated: use target.rules.', restoreRules)),
  },
  {
    rules: [
      ...restoreRepositoryRules,
      {
        rule: '!(has(self.rules) && size(self.rules) > 0 && has(self.target) && has(self.target.rules) && size(self.target.rules) > 0)',
        message: 'give the rules in target.rules only',
        fieldPath: '.rules',
      },
    ],
  },
);
export type RestoreSessionSpec = Static<typeof RestoreSessionSpec>;

const PlannedHost = struct('What one host gets.', {
  hostname: text('The host.'),
  sourceHost: text('Host whose data it gets.'),
  snapshots: list(
    'Snapshots that are restored.',
    struct('One snapshot.', {
      id: text('Its full id.'),
      time: optional(time('When it was taken.')),
      paths: optional(textList('What is taken from it.')),
      totalSize: optional(text('Size of the data.')),
      incomplete: optional(flag('Something could not be read when it was made.')),
      bytes: optional(integer('Bytes that are restored from it, where all of it is.')),
    }),
  ),
  logs: optional(
    list(
      'Logs that are replayed on the snapshot, in order.',
      struct('The logs of one series.', {
        id: text('Full id of their snapshot.'),
        host: optional(text('Host that wrote them.')),
        timeline: optional(text('Series they are of.')),
        path: optional(text('What is taken from the snapshot.')),
        upTo: optional(text('State at which the next logs take over; absent: the point.')),
        bytes: optional(integer('Bytes that are fetched.')),
      }),
    ),
  ),
  passedOver: optional(textList('Newer snapshots that are incomplete and were not taken.')),
  destination: optional(text('Where it is put.')),
  claims: optional(textList('PersistentVolumeClaims it is put into, made for it where they were not there.')),
});
export type PlannedHost = Static<typeof PlannedHost>;

const NextTo = struct('A transaction next to the point.', { gtid: text('Its GTID.'), time: time('When it was committed.') });

export const PlannedPoint = struct('The point that every host is brought to.', {
  asked: text('What was asked for.'),
  gtid: optional(text('State over all domains, which is reached exactly; absent where the snapshot has none.')),
  timeline: optional(text('Series of logs it is on; absent where a snapshot is the point.')),
  before: optional(described('The last transaction that is in it.', NextTo)),
  after: optional(described('The first that is not.', NextTo)),
  misplaced: optional(integer('Transactions that are on the other side of it than their times say, since clocks did not run forward.')),
  base: optional(text('Id of the snapshot it goes on from.')),
  baseGtid: optional(text('State of that.')),
  baseTime: optional(time('When that was stored.')),
  bytes: optional(integer('Bytes to fetch for one host, as far as they are known.')),
  estimate: optional(text('How long it may take, by what earlier restores from this Repository took.')),
});
export type PlannedPoint = Static<typeof PlannedPoint>;

export const HostRestoreStats = struct('How one host stands.', {
  ...hostRunFields,
  phase: optional(oneOf('How it stands.', ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown', 'Skipped'])),
  restored: optional(struct('What was restored.', { files: optional(integer('Files.')), bytes: optional(integer('Bytes.')) })),
});
export type HostRestoreStats = Static<typeof HostRestoreStats>;

const RESTORE_PHASES = ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown', 'Invalid'] as const;

/** Status that RestoreSession and RestoreBatch share. */
export const restoreStatusFields = {
  phase: optional(oneOf('How it stands.', RESTORE_PHASES)),
  reason: optional(text('One word that says why.')),
  message: optional(text('The same for people.')),
  startTime: optional(time('When it began.')),
  endTime: optional(time('When it ended.')),
  sessionDuration: optional(text('Time it took.')),
  sessionDeadline: optional(time('When it is stopped.')),
  conditions,
};

export const RestoreSessionStatus = struct('How the restore stands.', {
  ...restoreStatusFields,
  totalHosts: optional(integer('Hosts of the target.')),
  point: optional(PlannedPoint),
  plan: optional(list('What each host gets, settled before anything is touched.', PlannedHost)),
  stats: optional(list('How each host stands.', HostRestoreStats)),
});
export type RestoreSessionStatus = Static<typeof RestoreSessionStatus>;

export type RestoreSession = Resource<RestoreSessionSpec, RestoreSessionStatus>;
