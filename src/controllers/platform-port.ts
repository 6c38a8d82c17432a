import type { TargetRef } from '../api/references.ts';
import type { RepositoryRef } from '../orders/order.ts';

/** A target with its namespace settled. */
export interface TargetKey {
  kind: string;
  namespace: string;
  name: string;
}

/** What differs between one machine and a cluster, as controllers see it. */
export interface PlatformPort {
  /** Which kinds can be targets here, for the error that names them. */
  readonly targetKinds: readonly string[];
  /**
   * The target's hosts as they are now, each with the key of the agent that serves it. `alias` is the base of the host names
   * (`host` unless the target says otherwise). Absent: what is missing.
   */
  hosts(target: TargetKey, alias: string | undefined): Promise<{ hosts: { host: string; agent: string }[] } | { missing: string }>;
  /** Key of the agent that works on a repository itself. */
  repositoryAgent(repository: RepositoryRef): string;
  /** Runs a command of an exec hook where the target is. Resolves with its exit code and the end of its output. */
  exec(
    target: TargetKey | undefined,
    command: string[],
    options: { container?: string; signal: AbortSignal },
  ): Promise<{ exitCode: number; output: string }>;
}

export function targetKey(ref: TargetRef, namespace: string): TargetKey {
  return { kind: ref.kind ?? '', namespace: ref.namespace ?? namespace, name: ref.name ?? '' };
}

/** `NAMESPACE/KIND/NAME`, as in tags, records and slots. */
export function targetText(target: TargetKey): string {
  return `${target.namespace}/${target.kind}/${target.name}`;
}
