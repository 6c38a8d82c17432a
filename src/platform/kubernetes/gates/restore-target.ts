import type { V1Pod } from '@kubernetes/client-node';
import type { RestoreWork } from '../../../controllers/platform-port.ts';
import { StashError } from '../../../errors/error.ts';
import { DEFAULT_HOST } from '../../../rules/host-name.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import { unlessGone } from '../../../store/kubernetes/unless-gone.ts';
import { GATE_CONTAINER } from '../sidecar/names.ts';
import { isOurs, type Workload, workloadText } from '../sidecar/workload.ts';
import { readWorkload } from '../sidecar/workload-requests.ts';
import { hostsOf, podsOfWorkload, type WorkloadTarget } from '../targets/workload.ts';
import { ordinalOf } from './gate-pod.ts';

/** Hosts of a workload for a restore; undefined without the workload. Throws Invalid where none of its pods could be restored. */
export async function restoreHosts(
  connection: Connection,
  target: WorkloadTarget,
  alias: string | undefined,
): Promise<string[] | undefined> {
  const workload = await unlessGone(readWorkload({ connection }, target));
  if (workload === undefined) return undefined;
  checkPods(workload);
  if (target.kind === 'Deployment') return [alias ?? `${DEFAULT_HOST}-0`];
  const hosts = (await hostsOf(connection, workload, target, alias)).map(({ host }) => host);
  if (hosts.length === 0) throw new StashError('Invalid', `target: ${workloadText(workload)} runs on no node, so nothing can be restored`);
  return hosts;
}

/** Throws Invalid where the gates could not do what is asked, before a pod is deleted for it. */
export async function checkRestore(connection: Connection, target: WorkloadTarget, work: RestoreWork): Promise<void> {
  const workload = await unlessGone(readWorkload({ connection }, target));
  if (workload === undefined) return;
  if (target.kind === 'StatefulSet' && partitionOf(workload) > 0) {
    const hosts = await hostsOf(connection, workload, target, work.alias);
    const meant = hosts.filter(({ host }) => work.hosts.includes(host)).map(({ pod }) => pod);
    checkPartition(
      workload,
      ((await podsOfWorkload(connection, target)) ?? []).filter(({ metadata }) => meant.includes(metadata?.name ?? '')),
    );
  }
  if (!work.allowOverwrite || work.previousData === 'Discard') return;
  const mount = work.places.find((place) => mountsOf(workload).includes(place));
  if (mount !== undefined)
    throw new StashError(
      'Invalid',
      `previousData: Keep cannot be done: ${mount} is a mount point in the pods of ${workloadText(workload)}, so what is in it cannot be set aside`,
      { remedy: 'Set previousData: Discard, which gives up what is there now. Nothing was stopped.' },
    );
}

function checkPods(workload: Workload): void {
  if (gateOf(workload) === undefined)
    throw new StashError('Invalid', `target: ${workloadText(workload)} has no sidecar, so nothing can restore before its pods start`, {
      remedy: 'Make a BackupConfiguration for it, or put the sidecar into its manifest with "stash inject"; or restore into its PVC.',
    });
  if (workload.kind !== 'DaemonSet' && workload.spec.replicas === 0)
    throw new StashError('Invalid', `target: ${workloadText(workload)} is scaled to 0, so it has no pod that could be restored`, {
      remedy: 'Scale it up, or restore into its PersistentVolumeClaim.',
    });
}

/** Pods below the partition come back as they were: where that is without a gate, deleting them restores nothing. */
export function checkPartition(workload: Workload, pods: readonly V1Pod[]): void {
  const partition = partitionOf(workload);
  const old = pods.find(
    (pod) => (ordinalOf(pod) ?? partition) < partition && pod.spec?.initContainers?.some(({ name }) => name === GATE_CONTAINER) !== true,
  );
  if (old === undefined) return;
  throw new StashError(
    'Invalid',
    `target: pod ${old.metadata?.name} has no gate, and the partition ${partition} of ${workloadText(workload)} keeps it from getting one, so it cannot be restored`,
    { remedy: 'Set spec.updateStrategy.rollingUpdate.partition to 0 until the pods have the sidecar. Nothing was stopped.' },
  );
}

function partitionOf({ spec }: Workload): number {
  return spec.updateStrategy?.rollingUpdate?.partition ?? 0;
}

function gateOf({ spec: { template } }: Workload) {
  return (template.spec?.initContainers ?? []).find((one) => one.name === GATE_CONTAINER && isOurs(one));
}

function mountsOf(workload: Workload): string[] {
  return (gateOf(workload)?.volumeMounts ?? []).map(({ mountPath }) => mountPath.replace(/(?<=.)\/+$/, ''));
}
