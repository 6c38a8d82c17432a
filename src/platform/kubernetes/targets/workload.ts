import type { V1LabelSelector, V1Pod } from '@kubernetes/client-node';
import type { TargetKey } from '../../../controllers/platform-port.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import { unlessGone } from '../../../store/kubernetes/unless-gone.ts';
import { whyNoHost } from '../pods/no-host.ts';
import { workloadHosts } from '../pods/workload-hosts.ts';
import { AGENT_LABEL, SIDECAR_ANNOTATION } from '../sidecar/names.ts';
import type { Workload, WorkloadKind } from '../sidecar/workload.ts';
import { readWorkload } from '../sidecar/workload-requests.ts';

export type WorkloadTarget = TargetKey & { kind: WorkloadKind };

/**
 * The hosts of a workload with the pods they are now, which pods are being deleted, and why there are no hosts where there are to be some;
 * undefined without the workload.
 */
export async function hostsOfWorkload(connection: Connection, target: WorkloadTarget, alias: string | undefined) {
  const workload = await unlessGone(readWorkload({ connection }, target));
  if (workload === undefined) return undefined;
  const pods = await podsOf(connection, workload, target.namespace);
  const hosts = hostsAmong(pods, workload, target, alias);
  const ending = pods.filter(({ metadata }) => metadata?.deletionTimestamp !== undefined).map(({ metadata }) => metadata?.name ?? '');
  return { hosts, ending, awaited: hosts.length > 0 ? undefined : whyNoHost(workload, target.kind, pods, agentOf(workload)) };
}

/** The hosts of a workload that was read already. */
export async function hostsOf(connection: Connection, workload: Workload, target: WorkloadTarget, alias: string | undefined) {
  return hostsAmong(await podsOf(connection, workload, target.namespace), workload, target, alias);
}

function hostsAmong(pods: readonly V1Pod[], workload: Workload, { kind, name }: WorkloadTarget, alias: string | undefined) {
  const { replicas, ordinals } = workload.spec;
  return workloadHosts({ kind, name, replicas, firstOrdinal: ordinals?.start }, pods, { alias, hasAgent: agentOf(workload) });
}

/** Whether a pod has the agent that the workload wants now. */
function agentOf({ spec }: Workload): (pod: V1Pod) => boolean {
  const hash = spec.template.metadata?.annotations?.[SIDECAR_ANNOTATION];
  return ({ metadata }) => metadata?.labels?.[AGENT_LABEL] === 'true' && metadata.annotations?.[SIDECAR_ANNOTATION] === hash;
}

/** All pods that the workload's selector finds; undefined without the workload. */
export async function podsOfWorkload(connection: Connection, target: WorkloadTarget): Promise<V1Pod[] | undefined> {
  const workload = await unlessGone(readWorkload({ connection }, target));
  return workload && podsOf(connection, workload, target.namespace);
}

async function podsOf(connection: Connection, { spec }: Workload, namespace: string): Promise<V1Pod[]> {
  const what = `list Pods of namespace ${namespace}`;
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const query = { labelSelector: selectorText(spec.selector ?? {}) };
  return (await connection.send<{ items: V1Pod[] }>({ what, method: 'GET', path, query })).body.items;
}

/** As the API server takes it in a query. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: V1LabelSelector): string {
  const equal = Object.entries(matchLabels).map(([name, value]) => `${name}=${value}`);
  const others = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  return [...equal, ...others].join(',');
}
