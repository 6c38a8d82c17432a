import type {
  V1Container,
  V1LabelSelector,
  V1ObjectMeta,
  V1PersistentVolumeClaim,
  V1PodSpec,
  V1PodTemplateSpec,
} from '@kubernetes/client-node';
import { isOwnVolume, PAYLOAD_VOLUME, SIDECAR_ANNOTATION } from './names.ts';

export const WORKLOAD_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
export type WorkloadKind = (typeof WORKLOAD_KINDS)[number];

/** A Deployment, StatefulSet or DaemonSet as it is written, or as the API server has it. */
export interface Workload {
  apiVersion: string;
  kind: string;
  metadata: V1ObjectMeta;
  spec: {
    replicas?: number;
    selector?: V1LabelSelector;
    paused?: boolean;
    template: V1PodTemplateSpec;
    ordinals?: { start?: number };
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } };
    volumeClaimTemplates?: V1PersistentVolumeClaim[];
  };
  status?: {
    /** Of a DaemonSet. */
    desiredNumberScheduled?: number;
  };
}

/** What of a pod template is the workload's own. */
export interface OwnPart {
  spec: V1PodSpec;
  containers: V1Container[];
  initContainers: V1Container[];
  /** Names of all volumes that containers can mount, the claims of a StatefulSet among them. */
  volumes: string[];
  /** Those that outlive a pod. */
  persistent: Set<string>;
  annotations: Readonly<Record<string, string>>;
}

export function workloadText({ kind, metadata }: Workload): string {
  return `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
}

/** Whether a container is one that Stash put there. */
export function isOurs(container: V1Container): boolean {
  return (container.volumeMounts ?? []).some(({ name }) => name === PAYLOAD_VOLUME);
}

/** The pod template without what Stash put there. */
export function ownPart({ spec: { template, volumeClaimTemplates } }: Workload): OwnPart {
  const spec: V1PodSpec = template.spec ?? { containers: [] };
  const volumes = (spec.volumes ?? []).filter(({ name }) => !isOwnVolume(name));
  const claims = (volumeClaimTemplates ?? []).flatMap(({ metadata }) => metadata?.name ?? []);
  const persistent = volumes
    .filter((one) => one.persistentVolumeClaim !== undefined || one.ephemeral !== undefined)
    .map(({ name }) => name);
  const { [SIDECAR_ANNOTATION]: _, ...annotations } = template.metadata?.annotations ?? {};
  return {
    spec,
    containers: (spec.containers ?? []).filter((one) => !isOurs(one)),
    initContainers: (spec.initContainers ?? []).filter((one) => !isOurs(one)),
    volumes: [...volumes.map(({ name }) => name), ...claims],
    persistent: new Set([...persistent, ...claims]),
    annotations,
  };
}
