import type { V1Pod } from '@kubernetes/client-node';
import { LABELS } from '../../../api/names.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import { AGENT_COMPONENT } from '../jobs/job.ts';
import { readClaim } from '../targets/claim.ts';

/**
 * Which agent's pod has the claim that one of these waits for, where a single pod may have it (ReadWriteOncePod); undefined where that is not
 * what keeps them. Such a pod ends by itself when its work is done.
 */
export async function claimHolder(connection: Connection, pods: readonly V1Pod[]): Promise<string | undefined> {
  for (const pod of pods.filter(isUnscheduled)) {
    const namespace = pod.metadata?.namespace ?? '';
    for (const name of claimsOf(pod)) {
      const claim = await readClaim(connection, namespace, name);
      if (claim?.spec?.accessModes?.includes('ReadWriteOncePod') !== true) continue;
      const holder = (await agentsIn(connection, namespace)).find((one) => one.metadata?.name !== pod.metadata?.name && has(one, name));
      if (holder !== undefined)
        return `PersistentVolumeClaim ${namespace}/${name} is ReadWriteOncePod, and pod ${holder.metadata?.name} of Stash has it`;
    }
  }
  return undefined;
}

function isUnscheduled({ status }: V1Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'PodScheduled' && value === 'False') === true;
}

function claimsOf({ spec }: V1Pod): string[] {
  return (spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
}

function has(pod: V1Pod, claim: string): boolean {
  const over = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  return !over && pod.spec?.nodeName !== undefined && claimsOf(pod).includes(claim);
}

async function agentsIn(connection: Connection, namespace: string): Promise<V1Pod[]> {
  const what = `list agents of namespace ${namespace}`;
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const query = { labelSelector: `${LABELS.component}=${AGENT_COMPONENT}` };
  return (await connection.send<{ items: V1Pod[] }>({ what, method: 'GET', path, query })).body.items;
}
