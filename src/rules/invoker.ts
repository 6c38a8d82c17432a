import type { BackupBatch, BackupMember } from '../api/backup-batch.ts';
import type { BackupConfiguration } from '../api/backup-configuration.ts';
import type { ExecOp } from '../api/operations.ts';
import type { TargetRef } from '../api/references.ts';
import type { RetentionPolicy } from '../api/retention.ts';

/** A BackupConfiguration or a BackupBatch as controllers see both. */
export interface Invoker {
  kind: 'BackupConfiguration' | 'BackupBatch';
  namespace: string;
  name: string;
  uid: string;
  driver: 'Restic' | 'VolumeSnapshotter';
  paused: boolean;
  /** One for a BackupConfiguration. */
  members: Member[];
  sequential: boolean;
  operations: PlannedOperation[];
  repositories: { namespace: string; name: string; execAlias: string[] | undefined }[];
  retention: RetentionPolicy | undefined;
  timeOut: string | undefined;
  retry: { max: number; delay: string | undefined };
  historyLimit: number;
  /** Of the batch as a whole. */
  globalHooks: BackupBatch['spec']['hooks'];
}

export interface Member extends BackupMember {
  /** See {@link memberKey}. */
  key: string;
}

/** One line of schedule: an alias for some members. */
export interface PlannedOperation {
  /** The alias, and for a member's own line `alias@KEY`: names its state in status. */
  id: string;
  alias: string;
  schedule: string | undefined;
  timeZone: string;
  type: ExecOp['type'];
  paused: boolean;
  missedRuns: 'RunOnce' | 'Skip';
  jitter: string;
  /** Keys of the members it covers. */
  members: string[];
  /** The member whose own line it is. */
  member?: string;
}

/** Alias of a configuration with Stash's single `schedule`. */
export const DEFAULT_ALIAS = 'backup';

export function invokerOf(object: BackupConfiguration | BackupBatch): Invoker {
  const { spec, metadata } = object;
  const batch = object.kind === 'BackupBatch' ? (object as BackupBatch).spec : undefined;
  const namespace = metadata.namespace ?? '';
  const members = (batch === undefined ? [(object as BackupConfiguration).spec] : (batch.members ?? [])).map((member) => ({
    ...member,
    ...chainOf(member, batch),
    ...(member.source === undefined && spec.source !== undefined ? { source: spec.source } : {}),
    key: memberKey(member.target?.ref, namespace),
  }));
  const named = spec.repositories ?? (spec.repository === undefined ? [] : [spec.repository]);
  return {
    kind: batch === undefined ? 'BackupConfiguration' : 'BackupBatch',
    namespace,
    name: metadata.name,
    uid: metadata.uid ?? '',
    driver: spec.driver,
    paused: spec.paused ?? false,
    members,
    sequential: batch?.executionOrder === 'Sequential',
    operations: batch === undefined ? operationsOf(spec, members) : batchOperations(batch, members),
    repositories: named.map((one) => ({
      namespace: one.namespace ?? namespace,
      name: one.name,
      execAlias: 'execAlias' in one ? (one.execAlias as string[] | undefined) : undefined,
    })),
    retention: spec.retentionPolicy,
    timeOut: spec.timeOut,
    retry: { max: spec.retryConfig?.maxRetry ?? 0, delay: spec.retryConfig?.delay },
    historyLimit: spec.backupHistoryLimit,
    globalHooks: batch?.hooks,
  };
}

/** What a member says itself goes before what the batch says. */
function chainOf({ chain }: BackupMember, batch: BackupBatch['spec'] | undefined): Pick<BackupMember, 'chain'> {
  const own = chain ?? batch?.chain;
  return own === undefined ? {} : { chain: own };
}

/**
 * What names a member in status and in sessions: `KIND/NAME` of its target, and `NAMESPACE/KIND/NAME` of one in another namespace than the
 * invoker, so that no two targets share it.
 */
export function memberKey(ref: TargetRef | undefined, namespace: string): string {
  const key = `${ref?.kind ?? ''}/${ref?.name ?? ''}`;
  return ref?.namespace === undefined || ref.namespace === namespace ? key : `${ref.namespace}/${key}`;
}

type Lines = Pick<BackupConfiguration['spec'], 'schedule' | 'execOps' | 'timeZone' | 'missedRuns' | 'jitter'>;

function operationsOf(spec: Lines, members: Member[], own?: Member): PlannedOperation[] {
  const lines: ExecOp[] = spec.execOps ?? (spec.schedule === undefined ? [] : [{ alias: DEFAULT_ALIAS, schedule: spec.schedule }]);
  return lines.map((line) => ({
    id: own === undefined ? line.alias : `${line.alias}@${own.key}`,
    alias: line.alias,
    schedule: line.schedule,
    timeZone: spec.timeZone ?? 'UTC',
    type: line.type,
    paused: line.paused ?? false,
    missedRuns: spec.missedRuns ?? 'RunOnce',
    jitter: spec.jitter ?? '0s',
    members: members.map((member) => member.key),
    ...(own === undefined ? {} : { member: own.key }),
  }));
}

/**
 * The batch's lines are the default for all members. A member's line with the batch's alias and schedule shares its session, unless it is
 * paused or otherwise differs; any other line of a member is its own, and takes the member out of the batch's line of that alias.
 */
function batchOperations(spec: BackupBatch['spec'], members: Member[]): PlannedOperation[] {
  const shared = operationsOf(spec, members);
  const own = members.flatMap((member) => operationsOf(linesOf(spec, member), [member], member));
  const separate = own.filter((line) => !shared.some((one) => isSameLine(line, one)));
  const covered = shared.map((line) => ({
    ...line,
    members: line.members.filter((key) => !separate.some((one) => one.alias === line.alias && one.member === key)),
  }));
  return [...covered.filter((line) => line.members.length > 0), ...separate];
}

/** A member that repeats the batch's line, and says nothing else of it, means that line. */
function isSameLine(own: PlannedOperation, shared: PlannedOperation): boolean {
  const same = (['alias', 'schedule', 'timeZone', 'missedRuns', 'jitter'] as const).every((field) => own[field] === shared[field]);
  return same && (own.type ?? shared.type) === shared.type && (!own.paused || shared.paused);
}

function linesOf(spec: BackupBatch['spec'], member: Member): Lines {
  const timeZone = member.timeZone ?? spec.timeZone;
  const missedRuns = member.missedRuns ?? spec.missedRuns;
  const jitter = member.jitter ?? spec.jitter;
  return {
    execOps: member.execOps ?? [],
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(missedRuns === undefined ? {} : { missedRuns }),
    ...(jitter === undefined ? {} : { jitter }),
  };
}

/** The repositories an alias is stored in: all that do not name aliases, or name this one. */
export function repositoriesOf(invoker: Invoker, alias: string): { namespace: string; name: string }[] {
  return invoker.repositories
    .filter((one) => one.execAlias === undefined || one.execAlias.includes(alias))
    .map(({ namespace, name }) => ({ namespace, name }));
}
