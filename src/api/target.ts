import type { Static } from 'typebox';
import { EmbeddedClaim } from './kubernetes/persistent-volume-claim.ts';
import { volumeMounts } from './kubernetes/volume.ts';
import { ObjectReference, TargetRef } from './references.ts';
import { described, integer, list, names, optional, struct, text, textList } from './schema.ts';

const appBinding = optional(described('The AppBinding that says how to log in to the target.', ObjectReference));
const replicas = optional(integer('How many replicas there are, where volumes are snapshotted.', { minimum: 1 }));
const alias = optional(
  text('Host name in the repository, or its beginning where there are several hosts; "host" with a number when absent.', {
    maxLength: 253,
  }),
);

export const BackupTarget = struct(
  'What is backed up.',
  {
    alias,
    ref: optional(TargetRef),
    paths: optional(list('Directories and files to back up.', text('One path.', { maxLength: 4096 }), { maxItems: 1024 })),
    volumeMounts,
    replicas,
    snapshotClassName: optional(text('VolumeSnapshotClass; the default class when absent.')),
    exclude: optional(textList('Patterns of files to leave out.')),
    args: optional(textList('Further flags of the backup command.')),
    appBinding,
  },
  {
    rules: [
      {
        rule: "!has(self.ref) || !has(self.ref.kind) || self.ref.kind != 'Host' || (has(self.paths) && size(self.paths) > 0 && self.paths.all(p, p.startsWith('/')))",
        message: 'a Host needs paths, each absolute',
        fieldPath: '.paths',
      },
    ],
  },
);
export type BackupTarget = Static<typeof BackupTarget>;

export const RestoreRule = struct(
  'What is restored on some hosts.',
  {
    targetHosts: optional(names('Hosts the rule is for; all that no other rule names when empty.')),
    sourceHost: optional(
      text(
        'Host whose data is taken. When absent: the host itself, or the one that was the primary at the newest backup, where only the primary is backed up.',
        { maxLength: 253 },
      ),
    ),
    snapshots: optional(names('Snapshots to restore; not together with paths.')),
    paths: optional(names('Directories whose newest snapshot is restored; not together with snapshots.', { maxItems: 256 })),
    exclude: optional(textList('Patterns of files to leave out; not together with include.')),
    include: optional(textList('Patterns of files to restore; all when absent.')),
  },
  {
    rules: [
      {
        rule: '!(has(self.snapshots) && size(self.snapshots) > 0 && has(self.paths) && size(self.paths) > 0)',
        message: 'give either snapshots or paths, not both: a snapshot says itself which paths it holds',
      },
    ],
  },
);
export type RestoreRule = Static<typeof RestoreRule>;

export const restoreRules = optional(
  list('What is restored where; the newest snapshot of each host when there is none.', RestoreRule, {
    maxItems: 64,
    rules: [
      {
        rule: 'self.filter(r, !has(r.targetHosts) || size(r.targetHosts) == 0).size() <= 1',
        message: 'at most one rule may leave targetHosts empty',
      },
    ],
  }),
);

export const RestoreTarget = struct('Where it is restored to.', {
  alias,
  ref: optional(TargetRef),
  rules: restoreRules,
  paths: optional(textList('On a Host: directories to restore; those of the snapshot when absent.')),
  volumeMounts,
  replicas: optional(integer('How many replicas get claims by volumeClaimTemplates; one when absent.', { minimum: 1 })),
  volumeClaimTemplates: optional(
    list('In a cluster: claims that are made where they are not there, and restored into; no workload is needed.', EmbeddedClaim),
  ),
  args: optional(textList('Further flags of the restore command.')),
  appBinding,
});
export type RestoreTarget = Static<typeof RestoreTarget>;
