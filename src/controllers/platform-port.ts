import type { TargetRef } from '../api/references.ts';
import type { Repository } from '../api/repository.ts';
import type { RuntimeSettings } from '../api/runtime-settings.ts';
import type { BackupTarget, RestoreTarget } from '../api/target.ts';
import type { TempDir } from '../api/temp-dir.ts';
import type { RepositoryRef } from '../orders/order.ts';
import type { OrderError } from '../orders/report.ts';
import type { Catalog } from '../rules/binding.ts';
import { claimNames, type WantedClaim } from '../rules/claim-templates.ts';
import type { FunctionContainer } from '../rules/function-container.ts';
import type { Invoker } from '../rules/invoker.ts';
import type { Place } from '../rules/not-yet.ts';
import type { StashProgram } from '../rules/stash-task.ts';
import type { ConditionChange } from './conditions.ts';

/** A target with its namespace settled. */
export interface TargetKey {
  kind: string;
  namespace: string;
  name: string;
}

/** Work on one host of a target, as far as it decides who does it. */
export interface HostWork {
  direction: 'backup' | 'restore';
  target: TargetKey;
  host: string;
  /** What the manifest says of the target. */
  spec: Pick<BackupTarget, 'alias' | 'volumeMounts'> | undefined;
  runtimeSettings: RuntimeSettings | undefined;
  /** Name of the sidecar, where the binding gives one. */
  container?: string | undefined;
  /** Restored into all of these together, made where they are not there yet; the target is the first of them. */
  claims?: readonly WantedClaim[] | undefined;
  /** What the functions need of their container. */
  program?: FunctionContainer | undefined;
  /** The stage, where a Job has it. */
  tempDir?: TempDir | undefined;
  /** A Task that was written for Stash: its steps run before the agent that is asked for. */
  stash?: StashRun | undefined;
}

/**
 * One run of a Task that was written for Stash, for one order; it goes with its session. It is done again as any host is: by another order,
 * where a backup has lost its agent or a session is retried.
 */
export interface StashRun {
  program: StashProgram;
  orderId: string;
  /** RFC 3339. */
  deadline: string;
  owner: { kind: 'BackupSession' | 'RestoreSession'; name: string; namespace: string; uid: string | undefined };
  /** As restic takes it; holds no credential. */
  repositoryUrl: string;
  /** Name of the Secret, in the namespace of the target. */
  storageSecret: string;
  /** Takes the secrets of the storage out of what a step said. */
  redact: (text: string) => string;
}

export interface HostAgent {
  /** Its key. */
  agent: string;
  /** Meant where the target names no paths. */
  paths?: string[];
  /** Where the target's server listens, as the agent sees it; as its AppBinding says when absent. */
  address?: string;
}

/** What a restore is about to do to a target. */
export interface RestoreWork {
  /** What their names begin with, where the target says so. */
  alias?: string | undefined;
  /** Those that are restored. */
  hosts: string[];
  /** Paths that are replaced as a whole. */
  places: string[];
  allowOverwrite: boolean;
  previousData: 'Keep' | 'Discard';
  /** What is restored into, of each host, where it is claims that are made. */
  claims?: readonly (readonly WantedClaim[])[];
  /** What its functions need of the container they run in. */
  program?: FunctionContainer | undefined;
}

/** A REST server of restic that stands for the directory of a `local` backend. */
export interface ServedStorage {
  url: string;
  user: string;
  password: string;
  /** Certificates of who signed the server's, PEM. */
  authority: string;
  /** Why it cannot be used: it is being started, or something is in its way. */
  unserved?: { waiting: string } | { error: OrderError };
}

/** What differs between one machine and a cluster, as controllers see it. */
export interface PlatformPort {
  readonly place: Place;
  /** Which kinds can be targets here, for the error that names them. */
  readonly targetKinds: readonly string[];
  /** Kinds whose hosts stay stopped after a restore that had begun to write and failed, until a newer one succeeds or it is deleted. */
  readonly heldBackKinds?: readonly string[];
  /**
   * The target's hosts as they are now, for a backup unless said otherwise. `alias` is the base of their names (`host` unless the target
   * says otherwise). `awaited`: why there is none where there is to be one, as while pods are replaced. Throws Invalid when nothing can be
   * restored there.
   */
  hosts(
    target: TargetKey,
    alias: string | undefined,
    direction?: HostWork['direction'],
  ): Promise<{ hosts: string[]; awaited?: string } | { missing: string }>;
  /** Throws Invalid when a restore cannot be done as asked for; nothing was touched. Absent where only agents can tell. */
  checkRestore?(target: TargetKey, work: RestoreWork): Promise<void>;
  /** Who does this work on a host. Throws NotFound when the host is gone, TargetNotReady when it may come back, Invalid when it cannot be done as asked for. */
  agent(work: HostWork): Promise<HostAgent>;
  /** Whether anything serves this invoker's targets that has to be put there: then its finalizer keeps it until `detach` has been done. */
  attaches?(invoker: Invoker): boolean;
  /**
   * Sees to it that what serves the invoker's targets is there, as the catalog says; called at each reconcile, writes nothing when nothing
   * is to change. Answers what is to be known about it. Asked for those that `attaches` is true of, alone.
   */
  attach?(invoker: Invoker, catalog: Catalog): Promise<ConditionChange[]>;
  /** Takes away what this invoker alone needed; it is being deleted. */
  detach?(invoker: Invoker, catalog: Catalog): Promise<void>;
  /** Key of the agent that works on a repository itself. */
  repositoryAgent(repository: RepositoryRef): string;
  /**
   * Sees to it that a repository on a volume is served, writes nothing when nothing is to change, and says how it is reached; undefined for
   * storage that is reached as it is. A server is not replaced while its repository is `inUse`, which is asked right before. The Repository is
   * reconciled when `unserved` changes. Throws BackendUnsupported, Invalid or Forbidden. Absent where agents see the directory itself.
   */
  served?(repository: Repository, use: { inUse: () => boolean }): Promise<ServedStorage | undefined>;
  /**
   * Runs a command of an exec hook where the target is. Resolves with its exit code, the end of its output, and `where` it ran if that is
   * not plain. `namespace` is that of the object which has the hook. Throws Invalid, HookRefused or HookFailed when it cannot be run.
   */
  exec(
    target: TargetKey | undefined,
    command: string[],
    options: { container?: string; signal: AbortSignal; namespace: string },
  ): Promise<{ exitCode: number; output: string; where?: string }>;
}

export function targetKey(ref: TargetRef, namespace: string): TargetKey {
  return { kind: ref.kind ?? '', namespace: ref.namespace ?? namespace, name: ref.name ?? '' };
}

/** Everything that a restore writes to: the claims it makes, else what it names. The first is what it is known by. */
export function restoreTargets(target: RestoreTarget | undefined, namespace: string): [TargetKey, ...TargetKey[]] {
  const [first, ...more] = claimNames(target).map((name) => ({ kind: 'PersistentVolumeClaim', namespace, name }));
  return first === undefined ? [targetKey(target?.ref ?? {}, namespace)] : [first, ...more];
}

/** `NAMESPACE/KIND/NAME`, as in tags, records and slots. */
export function targetText(target: TargetKey): string {
  return `${target.namespace}/${target.kind}/${target.name}`;
}
