import type { V1Container, V1VolumeMount } from '@kubernetes/client-node';
import { StashError } from '../../../errors/error.ts';
import type { WantedSidecar } from './wanted.ts';
import type { OwnPart } from './workload.ts';

/** The container that holds the data, and the mounts at which a sidecar finds the same data. */
export interface DataContainer {
  container: V1Container;
  mounts: V1VolumeMount[];
}

/** Kubernetes' own way to say which container of a pod is the one that matters. */
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/**
 * The container that holds what is backed up. By `target.volumeMounts` (volumes of the pod, by name), else by `target.paths` (the container
 * whose volumes cover all of them), else by its persistent volumes. Of several the one that may write; if that does not settle it, the one
 * that the pod's annotation names. Throws SidecarRefused that names the candidates.
 */
export function findDataContainer(pod: OwnPart, { target, container: name }: WantedSidecar): DataContainer {
  const { volumeMounts = [], paths = [] } = target;
  const unknown = volumeMounts.find((mount) => !pod.volumes.includes(mount.name));
  if (unknown !== undefined)
    throw refused(`target.volumeMounts names the volume "${unknown.name}", which the pods do not have; they have ${list(pod.volumes)}`);
  const having = pod.containers.flatMap((container) => {
    const mounts = mountsOf(pod, container, target);
    return mounts.length === 0 ? [] : [{ container, mounts }];
  });
  const withAll = having.filter(({ mounts }) => volumeMounts.every((one) => mounts.some((mount) => mount.name === one.name)));
  const found = withAll.length > 0 ? withAll : having;
  const chosen = choose(pod, found);
  if (chosen !== undefined) {
    // As in Stash: what is written there is where the sidecar sees it.
    const mounts = volumeMounts.length > 0 ? volumeMounts.map((mount) => asWritable(mount, chosen.mounts)) : chosen.mounts;
    return { container: chosen.container, mounts: mounts.map(bare).sort((one, other) => compare(one.mountPath, other.mountPath)) };
  }
  if (found.length > 1)
    throw refused(
      `sidecar "${name}": the data may be that of container ${found.map(({ container }) => container.name).join(' or of container ')}`,
      `Name the one by the annotation ${DEFAULT_CONTAINER} of the pod template, or set target.paths to paths that only one of them has.`,
    );
  const wanted =
    volumeMounts.length > 0
      ? `the volume ${list(volumeMounts.map((one) => one.name))}`
      : paths.length > 0
        ? `a volume for all of ${list(paths)}`
        : 'a persistent volume';
  throw refused(`sidecar "${name}": no container has mounted ${wanted}; there are ${list(pod.containers.map(mountsText))}`);
}

function choose(pod: OwnPart, found: DataContainer[]): DataContainer | undefined {
  if (found.length <= 1) return found[0];
  const writers = found.filter(({ mounts }) => mounts.some(({ readOnly }) => readOnly !== true));
  if (writers.length === 1) return writers[0];
  return found.find(({ container }) => container.name === pod.annotations[DEFAULT_CONTAINER]);
}

function mountsOf(pod: OwnPart, { volumeMounts = [] }: V1Container, target: WantedSidecar['target']): V1VolumeMount[] {
  if (target.volumeMounts !== undefined && target.volumeMounts.length > 0) {
    const names = target.volumeMounts.map(({ name }) => name);
    return volumeMounts.filter(({ name }) => names.includes(name));
  }
  if (target.paths === undefined || target.paths.length === 0) return volumeMounts.filter(({ name }) => pod.persistent.has(name));
  const covering = target.paths.map((path) => covers(path, volumeMounts));
  return covering.some((mounts) => mounts.length === 0) ? [] : [...new Set(covering.flat())];
}

/** The mount that a path is on, and those below it. */
function covers(path: string, mounts: readonly V1VolumeMount[]): V1VolumeMount[] {
  const above = mounts
    .filter(({ mountPath }) => isWithin(path, mountPath))
    .sort((one, other) => other.mountPath.length - one.mountPath.length);
  const below = mounts.filter(({ mountPath }) => isWithin(mountPath, path) && !isWithin(path, mountPath));
  return [...above.slice(0, 1), ...below];
}

/** Whether a path is a directory, or below it. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.replace(/\/*$/, '/').startsWith(directory.replace(/\/*$/, '/'));
}

/** A volume may be written where the container may do so: the gate restores there, and some volumes cannot be mounted writable. */
function asWritable(mount: V1VolumeMount, mounts: readonly V1VolumeMount[]): V1VolumeMount {
  const same = mounts.filter(({ name }) => name === mount.name);
  return { ...mount, readOnly: same.length > 0 && same.every(({ readOnly }) => readOnly === true) };
}

/** Without what is decided anew for each container. */
function bare({ name, mountPath, subPath, subPathExpr, readOnly }: V1VolumeMount): V1VolumeMount {
  return {
    name,
    mountPath,
    ...(subPath === undefined ? {} : { subPath }),
    ...(subPathExpr === undefined ? {} : { subPathExpr }),
    ...(readOnly === true ? { readOnly } : {}),
  };
}

function mountsText({ name, volumeMounts = [] }: V1Container): string {
  return `${name} (${list(volumeMounts.map(({ name: volume, mountPath }) => `${volume} at ${mountPath}`))})`;
}

function list(texts: readonly string[]): string {
  return texts.length === 0 ? 'none' : texts.join(', ');
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function refused(message: string, remedy?: string): StashError {
  return new StashError('SidecarRefused', message, remedy === undefined ? {} : { remedy });
}
