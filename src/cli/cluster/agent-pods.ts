import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { LABEL_VALUES, LABELS } from '../../api/names.ts';
import { AGENT_LABEL } from '../../platform/kubernetes/sidecar/names.ts';
import type { Connection } from '../../store/kubernetes/connection.ts';

/** A container with an agent in it. */
export interface AgentContainer {
  namespace: string;
  pod: string;
  container: string;
  /** Names by which the host is known whose data it sees. */
  hosts: string[];
  /** It writes no more. */
  ended: boolean;
  /** It was started again: what it wrote before is a log of its own. */
  restarted: boolean;
}

/** All agents in the namespace, in pods of workloads and in those of Jobs. */
export async function agentContainers(connection: Connection, namespace: string): Promise<AgentContainer[]> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const lists = await Promise.all(
    [`${LABELS.managedBy}=${LABEL_VALUES.managedBy}`, AGENT_LABEL].map((labelSelector) =>
      connection.send<{ items: V1Pod[] }>({ what: `list pods of namespace ${namespace}`, method: 'GET', path, query: { labelSelector } }),
    ),
  );
  const pods = new Map(lists.flatMap(({ body }) => body.items).map((pod) => [pod.metadata?.name ?? '', pod]));
  return [...pods.values()].flatMap((pod) => containersOf(pod, namespace));
}

/** On pods of Jobs: the key of the agent. */
const AGENT_ANNOTATION = 'stash.appscode.com/agent';

function containersOf(pod: V1Pod, namespace: string): AgentContainer[] {
  const { spec, status, metadata } = pod;
  const states = new Map([...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map((one) => [one.name, one]));
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].filter(isAgent).flatMap(({ name }) => {
    const state = states.get(name);
    // Not started: nothing was written.
    if (state?.state?.running === undefined && state?.state?.terminated === undefined && !state?.restartCount) return [];
    const ended = state.state?.terminated !== undefined && (isOver(pod) || name.endsWith('-gate'));
    return [{ namespace, pod: metadata?.name ?? '', container: name, hosts: hostsOf(pod), ended, restarted: state.restartCount > 0 }];
  });
}

function isAgent({ env = [] }: V1Container): boolean {
  return env.some(({ name }) => name === 'STASH_AGENT');
}

function isOver({ status }: V1Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Which of them it is depends on the kind of the target; that of another kind is nobody's name. */
function hostsOf({ metadata, spec }: V1Pod): string[] {
  const { name = '', labels = {}, annotations = {} } = metadata ?? {};
  // What works on a repository sees no host's data.
  if (annotations[AGENT_ANNOTATION]?.startsWith('repository/')) return [name];
  const index = labels['apps.kubernetes.io/pod-index'];
  return [name, `host-${index ?? 0}`, ...(spec?.nodeName === undefined ? [] : [spec.nodeName])];
}
