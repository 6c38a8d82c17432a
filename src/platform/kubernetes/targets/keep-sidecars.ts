import { keyText } from '../../../api/object.ts';
import type { ConditionChange } from '../../../controllers/conditions.ts';
import { isCode } from '../../../errors/error.ts';
import type { Catalog } from '../../../rules/binding.ts';
import { type Invoker, invokerOf } from '../../../rules/invoker.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { Store } from '../../../store/store.ts';
import { attach } from '../sidecar/attach.ts';
import { NO_HISTORY, type SidecarHistory } from '../sidecar/contested.ts';
import type { SidecarSettings, WantedSidecar } from '../sidecar/wanted.ts';
import type { Cluster, WorkloadKey } from '../sidecar/workload-requests.ts';
import { applicationsOf } from './applications.ts';
import { wantedSidecars, workloadsOf } from './wanted-sidecars.ts';

interface KeepOptions {
  store: Store;
  cluster: Cluster;
  settings: SidecarSettings;
  publishTrust: (namespace: string) => Promise<void>;
  clock: Clock;
}

export interface Sidecars {
  attach(invoker: Invoker, catalog: Catalog): Promise<ConditionChange[]>;
  detach(invoker: Invoker, catalog: Catalog): Promise<void>;
}

/** Keeps in each workload the sidecars that all invokers which name it want together, and none when nobody names it any more. */
export function keepSidecars({ store, cluster, settings, publishTrust, clock }: KeepOptions): Sidecars {
  /** By workload; begun anew when what is wanted of it is edited. */
  const known = new Map<string, { wanted: string; history: SidecarHistory }>();
  const invokersOf = async (namespace: string, but?: Invoker): Promise<Invoker[]> => {
    const [configurations, batches] = await Promise.all([
      store.view('BackupConfiguration', { namespace }),
      store.view('BackupBatch', { namespace }),
    ]);
    return [...configurations, ...batches]
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined && metadata.uid !== but?.uid)
      .map(invokerOf);
  };
  const see = async (workload: WorkloadKey, wanted: readonly WantedSidecar[]): Promise<ConditionChange[]> => {
    const name = `${workload.kind}/${keyText(workload)}`;
    const text = JSON.stringify(wanted);
    const before = known.get(name);
    const history = before?.wanted === text ? before.history : NO_HISTORY;
    try {
      const now = clock.now().toISOString();
      const attached = await attach(cluster, workload, wanted, { settings, history, now, publishTrust });
      if (wanted.length === 0) known.delete(name);
      else known.set(name, { wanted: text, history: attached.history });
      return attached.conditions;
    } catch (error) {
      // The condition BackupTargetFound says so.
      if (isCode(error, 'NotFound')) known.delete(name);
      else throw error;
      return [];
    }
  };
  const seeAll = async (workloads: readonly WorkloadKey[], invokers: readonly Invoker[], catalog: Catalog) => {
    const applicationOf = await applicationsOf(store, invokers);
    const all = workloads.map((workload) => see(workload, wantedSidecars(workload, invokers, { catalog, applicationOf })));
    return (await Promise.all(all)).flat();
  };
  return {
    attach: async (invoker, catalog) => {
      const workloads = workloadsOf(invoker);
      if (workloads.length === 0) return [];
      return worst(await seeAll(workloads, await invokersOf(invoker.namespace), catalog));
    },
    detach: async (invoker, catalog) => {
      const workloads = workloadsOf(invoker);
      if (workloads.length > 0) await seeAll(workloads, await invokersOf(invoker.namespace, invoker), catalog);
    },
  };
}

/** Of several workloads the one that has something to say. */
function worst(changes: readonly ConditionChange[]): ConditionChange[] {
  const troubled = ({ type, status }: ConditionChange) => (type === 'StashSidecarInjected') === (status === 'False');
  return [...Map.groupBy(changes, ({ type }) => type).values()].flatMap((same) => same.find(troubled) ?? same[0] ?? []);
}
