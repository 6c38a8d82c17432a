import type { V1PersistentVolumeClaim, V1Pod } from '@kubernetes/client-node';
import type { HostWork } from '../../../controllers/platform-port.ts';
import { StashError } from '../../../errors/error.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import { unlessGone } from '../../../store/kubernetes/unless-gone.ts';
import { AGENT_ANNOTATION } from '../jobs/job.ts';

const REMEDIES: Record<HostWork['direction'], string> = {
  backup: 'Back up the workload that uses it (a sidecar), or stop that pod first.',
  restore: 'Restore into the workload that uses it, or stop that pod first.',
};

/** The claim; undefined when there is none. */
export async function readClaim(connection: Connection, namespace: string, name: string): Promise<V1PersistentVolumeClaim | undefined> {
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${encodeURIComponent(name)}`;
  const what = `read PersistentVolumeClaim ${namespace}/${name}`;
  return (await unlessGone(connection.send<V1PersistentVolumeClaim>({ what, method: 'GET', path })))?.body;
}

/**
 * The only node on which a pod can mount the claim now: that of the pods that have it, where its access modes let one node have it. Throws
 * Invalid where a single pod alone may have it, and one does; not for a pod of ours, which is the one that is asked for, or ends by itself.
 */
export async function nodeOfClaim(
  connection: Connection,
  claim: V1PersistentVolumeClaim,
  direction: HostWork['direction'],
): Promise<string | undefined> {
  const { namespace = '', name = '' } = claim.metadata ?? {};
  const modes = claim.spec?.accessModes ?? [];
  if (modes.includes('ReadWriteMany') || modes.includes('ReadOnlyMany')) return undefined;
  const what = `list Pods of namespace ${namespace}`;
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const query = { fieldSelector: 'status.phase=Running' };
  const { body } = await connection.send<{ items: V1Pod[] }>({ what, method: 'GET', path, query });
  const users = body.items.filter((pod) => pod.spec?.volumes?.some((volume) => volume.persistentVolumeClaim?.claimName === name));
  const other = users.find(({ metadata }) => metadata?.annotations?.[AGENT_ANNOTATION] === undefined);
  if (other !== undefined && modes.every((mode) => mode === 'ReadWriteOncePod'))
    throw new StashError(
      'Invalid',
      `PersistentVolumeClaim ${namespace}/${name} is ReadWriteOncePod, and pod ${other.metadata?.name} has it`,
      { remedy: REMEDIES[direction] },
    );
  return users[0]?.spec?.nodeName;
}
