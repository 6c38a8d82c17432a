import { isCode } from '../../../errors/error.ts';
import { hasOurFields } from './field-owners.ts';
import { AGENT_LABEL, FIELD_MANAGER, isOwnVolume, SIDECAR_ANNOTATION } from './names.ts';
import { isOurs, type Workload, workloadText } from './workload.ts';
import { applyToWorkload, type Cluster, readWorkload, type WorkloadKey, workloadPath } from './workload-requests.ts';

/** Takes out of the workload what Stash put there, and no trace is left; what others put there stays. Returns whether there was anything. */
export async function detach(cluster: Cluster, target: WorkloadKey): Promise<boolean> {
  try {
    const workload = await readWorkload(cluster, target);
    if (!hasOurFields(workload)) return false;
    await removeSidecar(cluster, workload);
    return true;
  } catch (error) {
    if (isCode(error, 'NotFound')) return false;
    throw error;
  }
}

/** The workload as it is then. */
export async function removeSidecar(cluster: Cluster, workload: Workload): Promise<Workload> {
  const { apiVersion, kind, metadata } = workload;
  const nothing = { apiVersion, kind, metadata: { name: metadata.name, namespace: metadata.namespace, uid: metadata.uid } };
  try {
    return await applyToWorkload(cluster, nothing, workload);
  } catch (error) {
    if (!isCode(error, 'Invalid')) throw error;
    // Somebody set a field of a container of ours, and what he owns would stay: a container without an image.
    await cutOut(cluster, workload);
    return await applyToWorkload(cluster, nothing, workload);
  }
}

async function cutOut({ connection }: Cluster, workload: Workload): Promise<void> {
  const { spec } = workload.spec.template;
  const gone = (items: readonly { name: string }[]) => items.map(({ name }) => ({ $patch: 'delete', name }));
  const body = {
    spec: {
      template: {
        metadata: { labels: { [AGENT_LABEL]: null }, annotations: { [SIDECAR_ANNOTATION]: null } },
        spec: {
          initContainers: gone((spec?.initContainers ?? []).filter(isOurs)),
          containers: gone((spec?.containers ?? []).filter(isOurs)),
          volumes: gone((spec?.volumes ?? []).filter(({ name }) => isOwnVolume(name))),
        },
      },
    },
  };
  await connection.send({
    what: `take the sidecar out of ${workloadText(workload)}`,
    method: 'PATCH',
    path: workloadPath({ kind: workload.kind, namespace: workload.metadata.namespace, name: workload.metadata.name } as WorkloadKey),
    query: { fieldManager: FIELD_MANAGER },
    contentType: 'application/strategic-merge-patch+json',
    body,
  });
}
