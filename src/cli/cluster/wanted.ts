import type { BackupBatch } from '../../api/backup-batch.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { Function as StashFunction } from '../../api/function.ts';
import type { Task } from '../../api/task.ts';
import { isCode, StashError } from '../../errors/error.ts';
import { readCatalog } from '../../platform/catalog.ts';
import { agentsUrl } from '../../platform/kubernetes/endpoint.ts';
import { hasNativeSidecars } from '../../platform/kubernetes/sidecar/native-sidecars.ts';
import type { SidecarSettings, WantedSidecar } from '../../platform/kubernetes/sidecar/wanted.ts';
import type { WorkloadKey } from '../../platform/kubernetes/sidecar/workload-requests.ts';
import { applicationsOf } from '../../platform/kubernetes/targets/applications.ts';
import { wantedSidecars } from '../../platform/kubernetes/targets/wanted-sidecars.ts';
import type { Catalog } from '../../rules/binding.ts';
import { invokerOf } from '../../rules/invoker.ts';
import type { GlobalOptions } from '../cli.ts';
import type { InvokerObject } from '../invoker.ts';
import type { OpenCluster } from './connect.ts';
import { operatorNamespace, operatorSettings } from './operator.ts';

interface Given {
  /** Those of the same manifests; they count more than what the cluster has under their names. */
  invokers: readonly InvokerObject[];
  /** Only what this one asks for. */
  only?: { kind: string; name: string } | undefined;
}

/** What the operator would put into a workload. */
export async function wantedIn({ store }: OpenCluster, workload: WorkloadKey, { invokers: given, only }: Given): Promise<WantedSidecar[]> {
  const { namespace } = workload;
  const [configurations, batches, catalog] = await Promise.all([
    store.list('BackupConfiguration', { namespace }),
    store.list('BackupBatch', { namespace }),
    catalogOf(store),
  ]);
  const all = new Map<string, BackupConfiguration | BackupBatch>();
  for (const one of [...configurations, ...batches, ...given.filter(({ metadata }) => metadata.namespace === namespace)]) {
    if (one.metadata.deletionTimestamp === undefined) all.set(`${one.kind}/${one.metadata.name}`, one);
  }
  if (only !== undefined && !all.has(`${only.kind}/${only.name}`))
    throw new StashError('NotFound', `there is no ${only.kind} "${only.name}" in namespace "${namespace}" nor in the files`);
  const asking = [...all.values()].filter(
    ({ kind, metadata }) => only === undefined || (kind === only.kind && metadata.name === only.name),
  );
  const invokers = asking.map(invokerOf);
  const applicationOf = await applicationsOf(store, invokers);
  return wantedSidecars(workload, invokers, { catalog, applicationOf });
}

/** What ships, and over it what the cluster has; who may not see that gets the former alone, as where no operator has brought it yet. */
async function catalogOf(store: OpenCluster['store']): Promise<Catalog> {
  const own = await Promise.all([store.list('Function'), store.list('Task')]).then(
    (lists): (StashFunction | Task)[] => lists.flat(),
    (error: unknown) => {
      if (isCode(error, 'Forbidden')) return [];
      throw error;
    },
  );
  const objects = [...(await readCatalog()), ...own];
  return {
    functions: new Map(objects.flatMap((one) => (one.kind === 'Function' ? [[one.metadata.name, one as StashFunction]] : []))),
    tasks: new Map(objects.flatMap((one) => (one.kind === 'Task' ? [[one.metadata.name, one as Task]] : []))),
  };
}

/** The operator's own, as its Deployment has them; with an image given they need not be readable. */
export async function sidecarSettings({ connection }: OpenCluster, options: GlobalOptions & { image?: string }): Promise<SidecarSettings> {
  const [known, nativeSidecars] = await Promise.all([
    operatorSettings(connection, options.operatorNamespace),
    hasNativeSidecars(connection),
  ]);
  if (known !== undefined) return { ...known, nativeSidecars, ...(options.image === undefined ? {} : { image: options.image }) };
  const namespace = await operatorNamespace(connection, options.operatorNamespace);
  if (options.image === undefined) {
    throw new StashError(
      'OperatorUnreachable',
      `the settings of the operator in namespace ${namespace} cannot be read: which image agents have is not known`,
      {
        remedy: 'Name the image of the operator with --image, or its namespace with --operator-namespace.',
      },
    );
  }
  return {
    image: options.image,
    imagePullPolicy: 'IfNotPresent',
    imagePullSecrets: [],
    agentsUrl: agentsUrl(namespace),
    agentResources: {},
    nativeSidecars,
  };
}
