import { createHash } from 'node:crypto';
import type { V1EnvFromSource, V1EnvVar, V1VolumeMount } from '@kubernetes/client-node';
import type { ContainerRuntimeSettings } from '../../../api/runtime-settings.ts';
import { StashError } from '../../../errors/error.ts';
import { TARGET_IMAGE } from '../../../rules/function-container.ts';
import { agentMounts } from '../pods/agent-parts.ts';
import { type DataContainer, findDataContainer, isWithin } from './data-container.ts';
import { mergeWanted } from './merge.ts';
import { GATE_CONTAINER, INSTALL_CONTAINER, PAYLOAD_DIRECTORY, SIDECAR_CONTAINER } from './names.ts';
import { isGuaranteed } from './resources.ts';
import { type Stage, stageOf } from './stage-volume.ts';
import { onlyImageKnows, type RunsAs, runsAs } from './user.ts';
import type { WantedSidecar } from './wanted.ts';
import { type OwnPart, ownPart, type Workload, workloadText } from './workload.ts';

/**
 * What sidecars run, and nothing of how it is written down: neither the operator's image nor its defaults. Its hash says whether pods have
 * to be replaced. A field that is added here must be absent where it says nothing new, or all sidecars are replaced at once.
 */
export interface SidecarPlan {
  sidecars: PlannedSidecar[];
  /** The restore's gate: image, user and stage of this sidecar, data of all. */
  gate: { like: string; mounts: V1VolumeMount[] };
  guaranteed: boolean;
  agentsUrl: string;
}

export interface PlannedSidecar {
  name: string;
  /** Absent: the operator's. */
  image?: string;
  imagePullPolicy?: string;
  mounts: V1VolumeMount[];
  runsAs: RunsAs;
  stage: Stage;
  env: V1EnvVar[];
  envFrom?: V1EnvFromSource[];
  resources?: NonNullable<ContainerRuntimeSettings['resources']>;
  lifecycle?: NonNullable<ContainerRuntimeSettings['lifecycle']>;
}

/** Throws SidecarRefused for what cannot be done to this workload. `wanted` has at least one. */
export function planSidecars(workload: Workload, wanted: readonly WantedSidecar[], agentsUrl: string): SidecarPlan {
  const pod = ownPart(workload);
  if (pod.spec.os?.name === 'windows')
    throw new StashError('SidecarRefused', `${workloadText(workload)} runs on Windows; agents run on Linux alone`);
  const ordered = mergeWanted(wanted).sort((one, other) => rank(one) - rank(other) || (one.container < other.container ? -1 : 1));
  checkNames(pod, ordered);
  const sidecars = ordered.map((one) => planned(pod, one));
  const lead = sidecars[ordered.findIndex(({ staged }) => staged === 'Physical')] ?? sidecars[0];
  return { sidecars, gate: { like: lead?.name ?? '', mounts: allMounts(sidecars) }, guaranteed: isGuaranteed(pod), agentsUrl };
}

/** The same for a manifest and for what the API server makes of it: whether an image is pulled again it adds by itself. */
export function hashOf({ sidecars, ...plan }: SidecarPlan): string {
  const runs = sidecars.map(({ imagePullPolicy: _, ...one }) => one);
  return createHash('sha256')
    .update(canonical({ ...plan, sidecars: runs }))
    .digest('hex')
    .slice(0, 16);
}

function rank({ container }: WantedSidecar): number {
  return container === SIDECAR_CONTAINER ? 0 : 1;
}

function checkNames(pod: OwnPart, wanted: readonly WantedSidecar[]): void {
  const taken = new Set([...pod.containers, ...pod.initContainers].map(({ name }) => name));
  for (const { container } of wanted) {
    if (taken.has(container))
      throw new StashError('SidecarRefused', `containerName "${container}": the pods have a container of that name already`);
    if (container === GATE_CONTAINER || container === INSTALL_CONTAINER)
      throw new StashError('SidecarRefused', `containerName "${container}" is taken by Stash itself`);
    taken.add(container);
  }
}

function planned(pod: OwnPart, wanted: WantedSidecar): PlannedSidecar {
  const data = findDataContainer(pod, wanted);
  const { resources, securityContext, lifecycle, env = [], envFrom = [] } = wanted.runtimeSettings ?? {};
  checkPlaces(data);
  const image = imageOf(pod, data, wanted);
  const sameImage = image === data.container.image;
  const froms = [...(wanted.envFrom ?? []), ...(envFrom as V1EnvFromSource[])];
  return {
    name: wanted.container,
    ...(image === undefined ? {} : { image }),
    ...(sameImage && data.container.imagePullPolicy !== undefined ? { imagePullPolicy: data.container.imagePullPolicy } : {}),
    mounts: data.mounts,
    runsAs: runsAs(data.container, pod.spec, { override: securityContext, sameImage }),
    stage: stageOf(
      pod,
      wanted,
      data.mounts.map(({ name }) => name),
    ),
    env: merged([...pathVariables(data), ...(wanted.env ?? []), ...(env as V1EnvVar[])]),
    ...(froms.length === 0 ? {} : { envFrom: froms }),
    ...(resources === undefined ? {} : { resources }),
    ...(lifecycle === undefined ? {} : { lifecycle }),
  };
}

/** A mount cannot be made below another that is read-only, and below a writable one it would leave directories in the data. */
function checkPlaces({ mounts }: DataContainer): void {
  for (const { mountPath } of mounts) {
    const own = [PAYLOAD_DIRECTORY, ...agentMounts().map((mount) => mount.mountPath)].find(
      (path) => isWithin(path, mountPath) || isWithin(mountPath, path),
    );
    if (own !== undefined)
      throw new StashError('SidecarRefused', `the data is mounted at ${mountPath}, where the sidecar has to have ${own}`, {
        remedy: 'Give target.volumeMounts with another mountPath, and target.paths below that one.',
      });
  }
}

/**
 * Agents run in any image, so the data's own stands in where only that image knows its user. Else the operator's is better: the sidecar then
 * is not a new one, which restarts pods again, each time the workload gets another image.
 */
function imageOf(pod: OwnPart, { container }: DataContainer, { image }: WantedSidecar): string | undefined {
  if (image === TARGET_IMAGE || (image === undefined && onlyImageKnows(container, pod.spec))) return container.image;
  return image;
}

/** Variables that a `subPathExpr` is made of have to be the same in our containers. Without what the API server adds. */
function pathVariables({ container, mounts }: DataContainer): V1EnvVar[] {
  const names = mounts.flatMap(({ subPathExpr = '' }) => [...subPathExpr.matchAll(/\$\(([^)]+)\)/g)].map(([, name]) => name));
  const env = (container.env ?? []).filter(({ name }) => names.includes(name));
  return env.map(({ name, value, valueFrom }) => {
    const fieldPath = valueFrom?.fieldRef?.fieldPath;
    if (fieldPath !== undefined) return { name, valueFrom: { fieldRef: { fieldPath } } };
    return { name, ...(value === undefined ? {} : { value }), ...(valueFrom === undefined ? {} : { valueFrom }) };
  });
}

/** A later one of the same name counts; at the place of the first. */
function merged(env: readonly V1EnvVar[]): V1EnvVar[] {
  return [...new Map(env.map((one) => [one.name, one])).values()];
}

function allMounts(sidecars: readonly PlannedSidecar[]): V1VolumeMount[] {
  const byPath = new Map<string, V1VolumeMount>();
  for (const mount of sidecars.flatMap(({ mounts }) => mounts)) {
    const before = byPath.get(mount.mountPath);
    if (before !== undefined && canonical(before) !== canonical(mount))
      throw new StashError(
        'SidecarRefused',
        `sidecars of one pod see different volumes at ${mount.mountPath}: ${before.name} and ${mount.name}`,
      );
    byPath.set(mount.mountPath, mount);
  }
  return [...byPath.values()];
}

/** JSON in which the order of fields and absent ones make no difference. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
