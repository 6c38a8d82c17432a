import type { V1Pod } from '@kubernetes/client-node';
import { DEFAULT_HOST } from '../../../rules/host-name.ts';
import { GATE_CONTAINER } from '../sidecar/names.ts';
import { WORKLOAD_KINDS, type WorkloadKind } from '../sidecar/workload.ts';
import type { WorkloadKey } from '../sidecar/workload-requests.ts';

/** The workload that made the pod, as the pod's own owner says; of a Deployment's ReplicaSet the name tells, which ends with the hash. */
export function workloadOfPod({ metadata }: V1Pod): WorkloadKey | undefined {
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined || !owner.apiVersion.startsWith('apps/')) return undefined;
  const namespace = metadata?.namespace ?? '';
  if (owner.kind === 'ReplicaSet') {
    const end = `-${metadata?.labels?.['pod-template-hash'] ?? ''}`;
    if (end === '-' || !owner.name.endsWith(end)) return undefined;
    return { kind: 'Deployment', namespace, name: owner.name.slice(0, -end.length) };
  }
  const kind = WORKLOAD_KINDS.find((one) => one === owner.kind && one !== 'Deployment');
  return kind && { kind, namespace, name: owner.name };
}

/** Which host of a restore the pod is: any pod of a Deployment can be its only one. Undefined where it is none. */
export function hostOfPod(kind: WorkloadKind, { metadata, spec }: V1Pod, alias: string | undefined): string | undefined {
  const base = alias ?? DEFAULT_HOST;
  switch (kind) {
    case 'Deployment':
      return alias ?? `${DEFAULT_HOST}-0`;
    case 'StatefulSet': {
      const ordinal = ordinalOf({ metadata });
      return ordinal === undefined ? undefined : `${base}-${ordinal}`;
    }
    case 'DaemonSet': {
      const node = spec?.nodeName;
      return node === undefined || alias === undefined ? node : `${alias}-${node}`;
    }
  }
}

export function ordinalOf({ metadata }: { metadata?: V1Pod['metadata'] | undefined }): number | undefined {
  const digits = /-(\d+)$/.exec(metadata?.name ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Whether the pod's own containers may be at work on the data, or will without asking: its gate is open, or it has none. */
export function isPastGate({ spec, status }: V1Pod): boolean {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return false;
  if (spec?.initContainers?.some(({ name }) => name === GATE_CONTAINER) !== true) return true;
  return status?.initContainerStatuses?.find(({ name }) => name === GATE_CONTAINER)?.state?.terminated?.exitCode === 0;
}
