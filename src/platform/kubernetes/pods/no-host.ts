import type { V1Pod } from '@kubernetes/client-node';
import { type Workload, type WorkloadKind, workloadText } from '../sidecar/workload.ts';
import { podTrouble } from './pod-trouble.ts';

/**
 * Why a workload that is to have pods has no host just now, as while they are replaced; undefined where waiting would be for nothing: it is
 * scaled to 0, fits no node, or is paused before its pods got the agent.
 */
export function whyNoHost(
  workload: Workload,
  kind: WorkloadKind,
  pods: readonly V1Pod[],
  hasAgent: (pod: V1Pod) => boolean,
): string | undefined {
  const { replicas = 1, paused = false } = workload.spec;
  const wanted = kind === 'DaemonSet' ? (workload.status?.desiredNumberScheduled ?? 0) : replicas;
  const living = pods.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  const serving = living.filter(hasAgent);
  if (wanted === 0 || (paused && serving.length === 0)) return undefined;
  const text = `${workloadText(workload)} has no ready pod with the agent now`;
  if (living.length === 0) return `${text}: it has no pod`;
  if (serving.length === 0) return `${text}: its pods are of before the agent was put into it`;
  const trouble = serving.map((pod) => podTrouble(pod)).find((one) => one !== undefined);
  return `${text}: ${trouble ?? serving.map(({ metadata }) => `pod ${metadata?.namespace}/${metadata?.name} is not ready`).join(', ')}`;
}
