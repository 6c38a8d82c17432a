import { createHash } from 'node:crypto';
import type { Function as StashFunction } from '../api/function.ts';
import type { ContainerRuntimeSettings } from '../api/runtime-settings.ts';
import type { Task } from '../api/task.ts';
import { StashError } from '../errors/error.ts';
import type { FunctionStep } from '../orders/order.ts';
import { checkContainerRights, checkVolumes } from './pod-rights.ts';

type Spec = StashFunction['spec'];

/** What the container must have in which functions of our contract run, besides an agent. */
export interface FunctionContainer {
  /** Names of the functions it is for, for messages. */
  functions: string[];
  /** May be `${TARGET_IMAGE}`. Absent: any does, so the operator's. */
  image?: string;
  /** Variables that the kubelet reads, under the names by which the agent knows whose they are. */
  env: NonNullable<Spec['env']>;
  envFrom: NonNullable<Spec['envFrom']>;
  volumes: NonNullable<Task['spec']['volumes']>;
  volumeMounts: NonNullable<Spec['volumeMounts']>;
  resources?: NonNullable<Spec['resources']>;
  settings?: ContainerRuntimeSettings;
}

/** Image of a function that runs in the image of the container that holds the data. */
export const TARGET_IMAGE = '${TARGET_IMAGE}';

/**
 * The one container for these functions; undefined when none of them asks for anything. Throws Invalid when they name different images,
 * mount what the Task does not have, or ask for more rights than Stash gives.
 */
export function functionContainer(path: string, functions: readonly StashFunction[], task?: Task): FunctionContainer | undefined {
  const images = [...new Set(functions.flatMap(({ spec }) => spec.image ?? []))];
  if (images.length > 1)
    throw new StashError('Invalid', `${path}: its functions run in different images (${images.join(', ')}), and they share one container`, {
      remedy: 'Give all functions of the task the same image, or make a task, and an alias, of each.',
    });
  const volumes = task?.spec.volumes ?? [];
  const names = volumes.map(({ name }) => name);
  const env = functions.flatMap(indirectVariables);
  const envFrom = functions.flatMap(prefixedSources);
  const mounts = functions.flatMap(({ spec }) => spec.volumeMounts ?? []);
  const unknown = mounts.find(({ name }) => !names.includes(name));
  if (unknown !== undefined)
    throw new StashError('Invalid', `${path}: a function mounts the volume "${unknown.name}", which its Task does not have`, {
      remedy: 'Add the volume to spec.volumes of the Task that names the function.',
    });
  checkVolumes(path, volumes);
  for (const { spec, metadata } of functions) checkContainerRights(`function ${metadata.name}`, spec.runtimeSettings);
  const resources = functions.map(({ spec }) => spec.resources).find((one) => one !== undefined);
  const settings = functions.map(({ spec }) => spec.runtimeSettings).find((one) => one !== undefined);
  const asked = images.length + env.length + envFrom.length + volumes.length > 0 || resources !== undefined || settings !== undefined;
  if (!asked) return undefined;
  return {
    functions: functions.map(({ metadata }) => metadata.name),
    ...(images[0] === undefined ? {} : { image: images[0] }),
    env,
    envFrom,
    volumes,
    volumeMounts: [...new Map(mounts.map((one) => [one.mountPath, one])).values()],
    ...(resources === undefined ? {} : { resources }),
    ...(settings === undefined ? {} : { settings }),
  };
}

/** By what the agent finds the variables of this function in its container's environment; undefined where it has none of its own. */
export function podVariables({ metadata, spec }: StashFunction): FunctionStep['fromPod'] {
  const ownImage = spec.image !== undefined && spec.image !== TARGET_IMAGE;
  if (!ownImage && !(spec.env ?? []).some(isIndirect) && (spec.envFrom ?? []).length === 0) return undefined;
  const { plain, secret } = prefixes(metadata.name);
  return { plain, secret };
}

/** Whether only a kubelet can tell its value. */
export function isIndirect(variable: NonNullable<Spec['env']>[number]): boolean {
  return variable.valueFrom !== undefined;
}

function indirectVariables({ metadata, spec }: StashFunction): NonNullable<Spec['env']> {
  const { plain, secret } = prefixes(metadata.name);
  return (spec.env ?? [])
    .filter(isIndirect)
    .map((one) => ({ ...one, name: `${one.valueFrom?.secretKeyRef === undefined ? plain : secret}${one.name}` }));
}

function prefixedSources({ metadata, spec }: StashFunction): NonNullable<Spec['envFrom']> {
  const { plain, secret } = prefixes(metadata.name);
  return (spec.envFrom ?? []).map((one) => ({ ...one, prefix: `${one.secretRef === undefined ? plain : secret}${one.prefix ?? ''}` }));
}

/** Nobody else's variables begin with these, whatever a function is called. */
function prefixes(name: string): { plain: string; secret: string } {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8).toUpperCase();
  return { plain: `STASH_ENV_${hash}_`, secret: `STASH_SECRET_${hash}_` };
}
