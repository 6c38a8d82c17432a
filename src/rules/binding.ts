import type { AppBinding } from '../api/app-binding.ts';
import type { Capability, Function as StashFunction } from '../api/function.ts';
import type { FunctionBinding, TaskBinding } from '../api/operations.ts';
import type { Task } from '../api/task.ts';
import type { Param, TaskRef } from '../api/task-ref.ts';
import { StashError } from '../errors/error.ts';
import type { FunctionStep } from '../orders/order.ts';

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
}

export interface BindingInput {
  alias: string;
  direction: 'backup' | 'restore';
  sidecar?: FunctionBinding[] | undefined;
  restore?: TaskBinding[] | undefined;
  task?: TaskRef | undefined;
  targetKind: string;
  /** The target itself, or the one that it names. */
  application?: AppBinding | undefined;
}

/** Steps of Stash's own tasks that our operator does itself. */
const OPERATOR_STEPS = ['update-status'];

/**
 * What runs for an alias: its binding, else `spec.task`, else the default of the target's kind. Throws FunctionNotFound, Invalid (a
 * parameter that is not declared, missing or of the wrong type) or NotSupportedYet.
 */
export function bindingOf(input: BindingInput, catalog: Catalog): Binding {
  const bound = input.sidecar?.findIndex((one) => one.execAlias.includes(input.alias)) ?? -1;
  const sidecar = input.sidecar?.[bound];
  if (input.direction === 'backup' && sidecar !== undefined)
    return {
      ...fromFunction(`spec.sidecar[${bound}].function`, sidecar.function.name, sidecar.function.params ?? [], catalog),
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
  if (task === undefined) return fromFunction(path, name, params, catalog);
  const steps = (task.spec.steps ?? []).filter((step) => !OPERATOR_STEPS.includes(step.name));
  const parts = steps.map((step) => fromFunction(`${path} (task ${name})`, step.name, [...(step.params ?? []), ...params], catalog, true));
  return { path, steps: parts.flatMap((part) => part.steps), supports: [...new Set(parts.flatMap((part) => part.supports))] };
}

function addonTask({ application, direction }: BindingInput): TaskRef | undefined {
  const parameters = application?.spec.parameters as { stash?: { addon?: { backupTask?: TaskRef; restoreTask?: TaskRef } } } | undefined;
  return direction === 'backup' ? parameters?.stash?.addon?.backupTask : parameters?.stash?.addon?.restoreTask;
}

function defaultFunction({ targetKind, application, direction }: BindingInput): string {
  const type = application?.spec.type?.split('/').at(-1)?.toLowerCase() ?? '';
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

/** Names of Stash's own database addons, such as mariadb-backup-10.6.23: logical dumps. */
const ADDON = /^[a-z0-9]+-(backup|restore)-\d/;

function fromFunction(path: string, name: string, params: Param[], catalog: Catalog, sharedParams = false): Binding {
  const found = catalog.functions.get(name);
  if (found === undefined && ADDON.test(name))
    throw new StashError('NotSupportedYet', `${path}: "${name}" makes logical dumps, which are not built yet`);
  if (found === undefined)
    throw new StashError(
      'FunctionNotFound',
      `${path}: there is no Function or Task "${name}"; there are ${[...catalog.functions.keys(), ...catalog.tasks.keys()].join(', ')}`,
    );
  const { spec } = found;
  const command = [...(spec.command ?? []), ...(spec.args ?? [])];
  if (spec.supports === undefined)
    throw new StashError(
      'NotSupportedYet',
      `${path}: function ${name} does not say what it supports; functions of that kind run in containers only`,
    );
  const indirect = (spec.env ?? []).find((one) => one.value === undefined) ?? (spec.envFrom ?? [])[0];
  if (indirect !== undefined)
    throw new StashError(
      'NotSupportedYet',
      `${path}: function ${name} takes an environment variable from a Secret or ConfigMap, which is not built yet`,
    );
  const env = Object.fromEntries((spec.env ?? []).map((one) => [one.name, one.value ?? '']));
  const values = paramValues(path, found, params, sharedParams);
  const step: FunctionStep = {
    name,
    command,
    env,
    params: values,
    source: spec.source,
    fetch: spec.fetch,
    checks: spec.supports.includes('Check'),
  };
  return { path, steps: [step], supports: spec.supports };
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
