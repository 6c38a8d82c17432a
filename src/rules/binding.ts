import type { AppBinding } from '../api/app-binding.ts';
import type { Capability, Function as StashFunction } from '../api/function.ts';
import type { FunctionBinding, TaskBinding } from '../api/operations.ts';
import type { Task } from '../api/task.ts';
import type { Param, TaskRef } from '../api/task-ref.ts';
import { StashError } from '../errors/error.ts';
import type { FunctionStep } from '../orders/order.ts';
import { withVersion } from './application-image.ts';
import { type FunctionContainer, functionContainer, isIndirect, podVariables, TARGET_IMAGE } from './function-container.ts';
import type { Place } from './not-yet.ts';
import { ownFunctionFor, successorOf } from './stash-addons.ts';
import { isForStash, type StashTask, stashTask, UPDATE_STATUS } from './stash-task.ts';

export interface Catalog {
  functions: ReadonlyMap<string, StashFunction>;
  tasks: ReadonlyMap<string, Task>;
}

/** What runs for an alias of a target. */
export interface Binding {
  /** Path of what decided it, for messages; for instance `spec.sidecar[0].function`. */
  path: string;
  steps: FunctionStep[];
  supports: Capability[];
  /** Name of the sidecar it runs in, where the manifest gives one. */
  container?: string | undefined;
  /** What its container must have, in a cluster; absent where any will do. */
  program?: FunctionContainer | undefined;
  /** A Task that was written for Stash, which uses the repository itself: there are no steps then. */
  stashTask?: StashTask | undefined;
}

export interface BindingInput {
  place: Place;
  alias: string;
  direction: 'backup' | 'restore';
  sidecar?: FunctionBinding[] | undefined;
  restore?: TaskBinding[] | undefined;
  task?: TaskRef | undefined;
  targetKind: string;
  /** The target itself, or the one that it names. */
  application?: AppBinding | undefined;
}

/**
 * What runs for an alias: its binding, else `spec.task`, else the default of the target's kind. Throws FunctionNotFound, Invalid (a
 * parameter that is not declared, missing or of the wrong type) or NotSupportedYet.
 */
export function bindingOf(input: BindingInput, catalog: Catalog): Binding {
  const bound = input.sidecar?.findIndex((one) => one.execAlias.includes(input.alias)) ?? -1;
  const sidecar = input.sidecar?.[bound];
  if (input.direction === 'backup' && sidecar !== undefined)
    return {
      ...alone(`spec.sidecar[${bound}].function`, sidecar.function.name, sidecar.function.params ?? [], input, catalog),
      container: sidecar.function.containerName,
    };
  const restoreAt = input.restore?.findIndex((one) => one.execAlias.includes(input.alias)) ?? -1;
  const restore = input.restore?.[restoreAt];
  if (input.direction === 'restore' && restore !== undefined)
    return fromTask(`spec.restore[${restoreAt}].task`, restore.task, input, catalog);
  return fromTask('spec.task', input.task ?? {}, input, catalog);
}

function fromTask(path: string, ref: TaskRef, input: BindingInput, catalog: Catalog): Binding {
  const addon = addonTask(input);
  const name = ref.name ?? addon?.name ?? defaultFunction(input);
  const params = [...(addon?.params ?? []), ...(ref.params ?? [])];
  const task = catalog.tasks.get(name);
  if (isAddon(name, catalog)) return alone(path, ownFunction(path, name), params, input, catalog);
  if (task === undefined) return alone(path, name, params, input, catalog);
  const named = (task.spec.steps ?? []).filter((step) => step.name !== UPDATE_STATUS);
  const steps = named.map((step) => ({ step, found: functionOf(`${path} (task ${name})`, step.name, catalog) }));
  const forStash = steps.filter(({ found }) => isForStash(found));
  if (forStash.length > 0) {
    if (forStash.length < steps.length)
      throw new StashError('Invalid', `${path}: task ${name} mixes functions that declare spec.supports with ones that do not`, {
        remedy: 'Make a task of each kind.',
      });
    return inContainers(
      path,
      task,
      params,
      steps.map(({ found }) => found),
      input,
    );
  }
  const parts = steps.map(({ step, found }) => stepOf(`${path} (task ${name})`, found, [...(step.params ?? []), ...params], input, true));
  const functions = steps.map(({ found }) => found);
  const supports = [...new Set(functions.flatMap(({ spec }) => spec.supports ?? []))];
  return { path, steps: parts, supports, ...inCluster(path, functions, input, task) };
}

/** A single function, without a Task. */
function alone(path: string, name: string, params: Param[], input: BindingInput, catalog: Catalog): Binding {
  const found = functionOf(path, name, catalog);
  if (isForStash(found))
    throw new StashError(
      'Invalid',
      `${path}: function ${name} does not declare spec.supports, so it was written for Stash and runs as a step`,
      {
        remedy: `Name a Task with the steps ${name} and update-status; or write the function to our contract and declare spec.supports.`,
      },
    );
  const step = stepOf(path, found, params, input, false);
  return { path, steps: [step], supports: found.spec.supports ?? [], ...inCluster(path, [found], input) };
}

function inContainers(path: string, task: Task, params: Param[], functions: StashFunction[], input: BindingInput): Binding {
  const { direction, place, targetKind } = input;
  if (place === 'Machine')
    throw new StashError('NotSupportedYet', `${path}: task ${task.metadata.name} was written for Stash, whose functions are containers`, {
      remedy: 'Use it in a cluster; on one machine write the function to our contract and declare spec.supports.',
    });
  if (!ofJobs(targetKind))
    throw new StashError(
      'NotSupportedYet',
      `${path}: task ${task.metadata.name} was written for Stash and runs in a Job, not beside a ${targetKind}`,
      {
        remedy: 'Name the PersistentVolumeClaim or the AppBinding as the target.',
      },
    );
  const made = stashTask(path, task, functions, params);
  return { path, steps: [], supports: [direction === 'backup' ? 'Full' : 'Restore'], stashTask: made };
}

function inCluster(path: string, functions: StashFunction[], input: BindingInput, task?: Task): Pick<Binding, 'program'> {
  const { place, targetKind } = input;
  if (place === 'Machine') return {};
  const program = withVersion(path, functionContainer(path, functions, task), targetKind, input.application);
  if (program === undefined) return {};
  if (program.image === TARGET_IMAGE && ofJobs(targetKind))
    throw new StashError(
      'Invalid',
      `${path}: ${program.functions.join(', ')} runs in the image of the container that holds the data; targets of the kind ${targetKind} have none`,
      {
        remedy: 'Name the workload as the target, and its AppBinding in target.appBinding.',
      },
    );
  if (program.volumes.length > 0 && !ofJobs(targetKind))
    throw new StashError('NotSupportedYet', `${path}: volumes of a Task are not put into the pods of a ${targetKind}`, {
      remedy: 'Give the function what it needs by spec.env, or make it the task of a PersistentVolumeClaim.',
    });
  return { program };
}

/** Targets whose functions run in Jobs; beside the others there are sidecars. */
function ofJobs(kind: string): boolean {
  return kind === 'PersistentVolumeClaim' || kind === 'AppBinding';
}

function addonTask({ application, direction }: BindingInput): TaskRef | undefined {
  const parameters = application?.spec.parameters as { stash?: { addon?: { backupTask?: TaskRef; restoreTask?: TaskRef } } } | undefined;
  return direction === 'backup' ? parameters?.stash?.addon?.backupTask : parameters?.stash?.addon?.restoreTask;
}

function defaultFunction({ place, targetKind, application, direction }: BindingInput): string {
  const type = application?.spec.type?.split('/').at(-1)?.toLowerCase() ?? '';
  // In a cluster an AppBinding is an address, and no more: whoever reaches it sees no files.
  if (type === 'mariadb' && place === 'Cluster' && targetKind === 'AppBinding')
    return direction === 'backup' ? 'mariadb-dump' : 'mariadb-dump-restore';
  // Also of a workload that names its AppBinding: the files of a running server are no backup of it.
  if (type === 'mariadb') return direction === 'backup' ? 'mariadb-physical' : 'mariadb-restore';
  if (targetKind !== 'AppBinding') return 'files';
  throw new StashError(
    'FunctionNotFound',
    `there is no default task for an AppBinding of type "${application?.spec.type ?? ''}"; known is mariadb`,
    {
      remedy: 'Name a task in spec.task, or set spec.type of the AppBinding.',
    },
  );
}

function functionOf(path: string, name: string, catalog: Catalog): StashFunction {
  const found = catalog.functions.get(isAddon(name, catalog) ? ownFunction(path, name) : name);
  if (found !== undefined) return found;
  throw new StashError(
    'FunctionNotFound',
    `${path}: there is no Function or Task "${name}"; there are ${[...catalog.functions.keys(), ...catalog.tasks.keys()].join(', ')}`,
  );
}

/** Whether the name means a program of AppsCode's: what that left in the cluster cannot run here, what somebody else calls so can. */
function isAddon(name: string, { functions, tasks }: Catalog): boolean {
  if (successorOf(name) === undefined && ownFunctionFor(name) === undefined) return false;
  const own = [functions.get(name), ...(tasks.get(name)?.spec.steps ?? []).map((step) => functions.get(step.name))];
  const images = own.flatMap((one) => one?.spec.image ?? []);
  return images.length === 0 ? !functions.has(name) && !tasks.has(name) : images.some((image) => /(^|\/)stashed\//.test(image));
}

function ownFunction(path: string, name: string): string {
  const own = ownFunctionFor(name);
  if (own !== undefined) return own;
  throw new StashError('NotSupportedYet', `${path}: "${name}" of AppsCode makes logical dumps of a database that is not built in`, {
    remedy: successorOf(name) ?? '',
  });
}

function stepOf(path: string, found: StashFunction, params: Param[], { place }: BindingInput, shared: boolean): FunctionStep {
  const { spec, metadata } = found;
  const indirect = (spec.env ?? []).find(isIndirect) ?? (spec.envFrom ?? [])[0];
  if (place === 'Machine' && indirect !== undefined)
    throw new StashError(
      'NotSupportedYet',
      `${path}: function ${metadata.name} takes a variable from a Secret or ConfigMap, as only pods can`,
      {
        remedy: 'Use it in a cluster; on one machine have the function read a file that only its user can read.',
      },
    );
  const fromPod = place === 'Machine' ? undefined : podVariables(found);
  return {
    name: metadata.name,
    command: [...(spec.command ?? []), ...(spec.args ?? [])],
    env: Object.fromEntries((spec.env ?? []).filter((one) => !isIndirect(one)).map((one) => [one.name, one.value ?? ''])),
    params: paramValues(path, found, params, shared),
    source: spec.source,
    fetch: spec.fetch,
    checks: spec.supports?.includes('Check') === true,
    ...(spec.supports?.includes('Role') === true ? { roles: true } : {}),
    ...(place === 'Machine' || spec.workingDir === undefined ? {} : { workingDir: spec.workingDir }),
    ...(fromPod === undefined ? {} : { fromPod }),
  };
}

function paramValues(path: string, found: StashFunction, given: Param[], shared: boolean): Record<string, string> {
  const declared = found.spec.params ?? [];
  const values: Record<string, string> = {};
  for (const one of declared) if (one.default !== undefined) values[one.name] = one.default;
  for (const { name, value } of given) {
    const declaration = declared.find((one) => one.name === name);
    // The parameters of a task go to those of its steps that declare them.
    if (declaration === undefined && shared) continue;
    if (declaration === undefined)
      throw new StashError(
        'Invalid',
        `${path}.params: function ${found.metadata.name} has no parameter "${name}"; it takes ${list(declared.map((one) => one.name))}`,
      );
    if (declaration.type === 'Integer' && !/^-?\d+$/.test(value)) throw wrongType(path, name, value, 'an integer');
    if (declaration.type === 'Boolean' && value !== 'true' && value !== 'false') throw wrongType(path, name, value, 'true or false');
    values[name] = value;
  }
  const missing = declared.find((one) => one.required === true && values[one.name] === undefined);
  if (missing !== undefined)
    throw new StashError('Invalid', `${path}.params: function ${found.metadata.name} needs the parameter "${missing.name}"`);
  return values;
}

function wrongType(path: string, name: string, value: string, accepted: string): StashError {
  return new StashError('Invalid', `${path}.params: "${name}" must be ${accepted}, not "${value}"`);
}

function list(names: string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
