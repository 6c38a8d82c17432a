import type { V1Pod } from '@kubernetes/client-node';
import { DEFAULT_HOST } from '../../../rules/host-name.ts';

interface WorkloadFacts {
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  name: string;
  /** Of a StatefulSet; 1 when absent. */
  replicas?: number | undefined;
  /** `ordinals.start` of a StatefulSet. */
  firstOrdinal?: number | undefined;
}

interface HostsOptions {
  /** `target.alias`, which host names then begin with. */
  alias?: string | undefined;
  /** Whether the pod has the agent that is wanted now. */
  hasAgent: (pod: V1Pod) => boolean;
}

interface WorkloadHost {
  host: string;
  pod: string;
}

/**
 * Which pods of a workload are its hosts, named as Stash names them. `pods` are all that the workload's selector finds. A StatefulSet has
 * the hosts it should have, whether their pods are there or not: a backup must not succeed because a host was down. A DaemonSet has one on
 * each node with a pod. A Deployment has a single one, the oldest ready pod with the present agent; none without such a pod.
 */
export function workloadHosts(workload: WorkloadFacts, pods: readonly V1Pod[], { alias, hasAgent }: HostsOptions): WorkloadHost[] {
  switch (workload.kind) {
    case 'StatefulSet': {
      const { name, replicas = 1, firstOrdinal = 0 } = workload;
      const ordinals = Array.from({ length: replicas }, (_, index) => firstOrdinal + index);
      return ordinals.map((ordinal) => ({ host: `${alias ?? DEFAULT_HOST}-${ordinal}`, pod: `${name}-${ordinal}` }));
    }
    case 'DaemonSet':
      return onNodes(pods).map(({ node, pod }) => ({ host: alias === undefined ? node : `${alias}-${node}`, pod }));
    case 'Deployment': {
      const [oldest] = pods.filter((pod) => isReady(pod) && hasAgent(pod)).sort((one, other) => compare(ageKey(one), ageKey(other)));
      return oldest === undefined ? [] : [{ host: alias ?? `${DEFAULT_HOST}-0`, pod: nameOf(oldest) }];
    }
  }
}

/** While a pod is replaced there are two on a node: the one that stays counts, which is the younger. */
function onNodes(pods: readonly V1Pod[]): { node: string; pod: string }[] {
  const living = pods.filter(({ spec, status, metadata }) => {
    const over = status?.phase === 'Succeeded' || status?.phase === 'Failed' || metadata?.deletionTimestamp !== undefined;
    return !over && spec?.nodeName !== undefined;
  });
  const newestLast = [...living].sort((one, other) => compare(ageKey(one), ageKey(other)));
  const byNode = new Map(newestLast.map((pod) => [pod.spec?.nodeName ?? '', nameOf(pod)]));
  return [...byNode].map(([node, pod]) => ({ node, pod })).sort((one, other) => compare(one.node, other.node));
}

function isReady({ status, metadata }: V1Pod): boolean {
  const ready = status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
  return ready && metadata?.deletionTimestamp === undefined;
}

/** Oldest first; of the same second by name, so that the choice stays. Objects of the API server have times as text. */
function ageKey(pod: V1Pod): string {
  return `${String(pod.metadata?.creationTimestamp ?? '')} ${nameOf(pod)}`;
}

function nameOf({ metadata }: V1Pod): string {
  return metadata?.name ?? '';
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
