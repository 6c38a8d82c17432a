/** Names that are part of the API: what manifests, snapshots and other programs may rely on. Names that Stash had are Stash's. */

export const GROUP = 'stash.appscode.com';

/** Held on every object whose removal needs work outside the store; goes only after that work succeeded. */
export const FINALIZER = 'stash.appscode.com';

export const LABELS = {
  component: 'app.kubernetes.io/component',
  managedBy: 'app.kubernetes.io/managed-by',
  /** Kind of the invoker: BackupConfiguration or BackupBatch. */
  invokerType: 'stash.appscode.com/invoker-type',
  invokerName: 'stash.appscode.com/invoker-name',
  targetKind: 'stash.appscode.com/target-kind',
  targetNamespace: 'stash.appscode.com/target-namespace',
  targetName: 'stash.appscode.com/target-name',
  targetGroup: 'stash.appscode.com/target-api-group',
  targetVersion: 'stash.appscode.com/target-api-version',
  alias: 'stash.appscode.com/alias',
  /** On what was made after a blueprint: the blueprint, cut to a label's length; the annotation has it whole. */
  blueprint: 'stash.appscode.com/blueprint',
  /** On the same: a hash of the target it was made for. */
  madeFor: 'stash.appscode.com/made-for',
} as const;

/** Values of `LABELS.component` and `LABELS.managedBy`. */
export const LABEL_VALUES = {
  backup: 'stash-backup',
  restore: 'stash-restore',
  managedBy: 'stash.appscode.com',
} as const;

export const ANNOTATIONS = {
  /** On a Repository: JSON `RepositoryRequest`; answered in `status.requests[]` with the same id. */
  request: 'stash.appscode.com/request',
  backupBlueprint: 'stash.appscode.com/backup-blueprint',
  schedule: 'stash.appscode.com/schedule',
  targetPaths: 'stash.appscode.com/target-paths',
  volumeMounts: 'stash.appscode.com/volume-mounts',
  /** Followed by the parameter's name. */
  paramsPrefix: 'params.stash.appscode.com/',
  /** Followed by an alias of the blueprint. */
  schedulePrefix: 'schedule.stash.appscode.com/',
  /** On what was made after a blueprint: its name. */
  blueprint: 'stash.appscode.com/blueprint',
  /** On the same: `NAMESPACE/KIND/NAME` of the target. */
  blueprintTarget: 'stash.appscode.com/blueprint-target',
  /** On a BackupConfiguration made after a blueprint: `REASON: MESSAGE`, in what it does not follow the blueprint. */
  blueprintNotFollowed: 'stash.appscode.com/blueprint-not-followed',
} as const;

/** Tags on snapshots, each written `NAME=VALUE`. */
export const TAGS = {
  /** Full, Incremental, Log. */
  operation: 'stash.operation',
  /** `NAMESPACE/KIND/NAME`. */
  target: 'stash.target',
  /** `NAMESPACE/NAME` of the BackupSession. */
  session: 'stash.session',
  alias: 'stash.alias',
  /** Primary: of the hosts of a target this one was backed up because it was the primary, and its data is that of all. */
  source: 'stash.source',
  /** Of a snapshot of a chain: which chain it is, as `chainId` names it. */
  chain: 'stash.chain',
  /** Its newest link: `full` or `incremental-NNNN`. */
  link: 'stash.link',
  /** When that link was complete, RFC 3339; a link that was caught up is older than its snapshot. */
  linkTime: 'stash.time',
  /** The GTID state where it ends, with `+` for `,`. */
  gtid: 'stash.gtid',
  /** Marks snapshots that hold no data of a target. */
  series: 'stash.series',
} as const;

/** Values of `TAGS.series`. */
export const SERIES = { records: 'records' } as const;

/** Reason of the event that says, when a Repository goes, what `wipeOut` removed. */
export const WIPED_OUT = 'WipedOut';

export const REPOSITORY_ACTIONS = ['Check', 'Unlock', 'Prune', 'Adopt', 'Maintain'] as const;
export type RepositoryAction = (typeof REPOSITORY_ACTIONS)[number];

/** What `ANNOTATIONS.request` holds. Options: `readData` (Check). */
export interface RepositoryRequest {
  id: string;
  action: RepositoryAction;
  options?: Record<string, string | boolean>;
}

/** The text of a tag as restic keeps it. */
export function tagText(tag: (typeof TAGS)[keyof typeof TAGS], value: string): string {
  return `${tag}=${value}`;
}

/** Value of a tag among a snapshot's tags; undefined when it does not carry it. */
export function tagValue(tags: readonly string[], tag: (typeof TAGS)[keyof typeof TAGS]): string | undefined {
  return tags.find((text) => text.startsWith(`${tag}=`))?.slice(tag.length + 1);
}
