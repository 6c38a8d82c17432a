import type { AnyObject } from '../../../../api/object.ts';
import { apply } from '../../../../store/kubernetes/apply.ts';
import type { TestCluster } from '../../../../store/kubernetes/testing/cluster.ts';
import type { Workload, WorkloadKind } from '../workload.ts';
import { readWorkload, type WorkloadKey, workloadPath } from '../workload-requests.ts';

/** A workload that runs no pod: what the API server makes of its template is all that is asked. */
export function dormant(kind: WorkloadKind, namespace: string, initContainers: { name: string; image: string }[] = []): Workload {
  const labels = { app: 'web' };
  const template = {
    metadata: { labels, annotations: { 'example.com/note': 'mine' } },
    spec: {
      ...(initContainers.length === 0 ? {} : { initContainers }),
      containers: [{ name: 'web', image: 'web:7', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'web-data' } }],
      ...(kind === 'DaemonSet' ? { nodeSelector: { 'example.com/no': 'node' } } : {}),
    },
  };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'web', namespace },
    spec: { selector: { matchLabels: labels }, ...(kind === 'DaemonSet' ? {} : { replicas: 0 }), template } as Workload['spec'],
  };
}

export function keyOfWorkload({ kind, metadata }: Workload): WorkloadKey {
  return { kind: kind as WorkloadKind, namespace: metadata.namespace ?? '', name: metadata.name ?? '' };
}

/** What users and their programs do to workloads, under their own names. */
export function userOf(cluster: TestCluster) {
  const { connection } = cluster;
  const send = (workload: Workload, method: 'PUT' | 'PATCH', manager: string, contentType: string, body: unknown) =>
    connection.send<Workload>({
      what: `${manager} ${workload.metadata.name}`,
      method,
      path: workloadPath(keyOfWorkload(workload)),
      query: { fieldManager: manager },
      contentType,
      body,
    });
  return {
    read: (workload: Workload) => readWorkload(cluster, keyOfWorkload(workload)),
    /** As `kubectl create`. */
    async create(workload: Workload) {
      const path = workloadPath(keyOfWorkload(workload)).replace(/\/[^/]+$/, '');
      return (
        await connection.send<Workload>({ what: 'create', method: 'POST', path, query: { fieldManager: 'kubectl-create' }, body: workload })
      ).body;
    },
    /** As `kubectl apply --server-side`. */
    apply: (workload: Workload, manager = 'kubectl') =>
      apply(cluster, workload as unknown as AnyObject, { fieldManager: manager, force: false }),
    /** As `kubectl edit` and `kubectl apply` send what changed. */
    patch: async (workload: Workload, spec: object, manager = 'kubectl-edit') =>
      (await send(workload, 'PATCH', manager, 'application/strategic-merge-patch+json', { spec: { template: { spec } } })).body,
    /** As `kubectl replace`. */
    replace: async (workload: Workload) => (await send(workload, 'PUT', 'kubectl-replace', 'application/json', workload)).body,
  };
}
