import type { Function as StashFunction } from '../api/function.ts';
import type { Task } from '../api/task.ts';
import type { Param } from '../api/task-ref.ts';
import { StashError } from '../errors/error.ts';
import { checkContainerRights, checkVolumes } from './pod-rights.ts';
import { BUILT_IN, isReserved } from './variables/built-in.ts';
import { substitute, type Variables } from './variables/substitute.ts';

/** Step of Stash's own tasks that tells of what the others did. Our agent does that. */
export const UPDATE_STATUS = 'update-status';

/** A Task that was written for Stash, with its functions, before its variables are filled in. */
export interface StashTask {
  path: string;
  task: Task;
  steps: { found: StashFunction; params: Record<string, string> }[];
  /** Of the configuration or the restore. */
  params: Record<string, string>;
}

/** What its steps are as containers, which run one after the other. */
export interface StashProgram {
  name: string;
  steps: { name: string; spec: StashFunction['spec'] }[];
  volumes: NonNullable<Task['spec']['volumes']>;
  /** Directory in which the steps leave output.json. */
  outputDir: string;
}

/** Where Stash's own functions leave it when nobody says otherwise. */
const OUTPUT_DIR = '/stash-tmp/output';
/** Characters of a path; characters of one that a message shows. */
const PATH_LENGTH = 4096;
const SHOWN = 200;

/** A Function of ours says what it can do. */
export function isForStash({ spec }: StashFunction): boolean {
  return spec.supports === undefined;
}

/**
 * Puts a Task and its functions together. Throws Invalid for what can never run: parameters that would speak for Stash itself, variables
 * without a value, a function without an image, more rights than a namespace has.
 */
export function stashTask(path: string, task: Task, functions: readonly StashFunction[], given: readonly Param[]): StashTask {
  const all = task.spec.steps ?? [];
  const last = all.findIndex(({ name }) => name === UPDATE_STATUS);
  if (last >= 0 && last !== all.length - 1)
    throw new StashError('Invalid', `${path}: ${UPDATE_STATUS} is not the last step of task ${task.metadata.name}`);
  if (functions.length === 0) throw new StashError('Invalid', `${path}: task ${task.metadata.name} has no step but ${UPDATE_STATUS}`);
  const reserved = given.find(({ name }) => isReserved(name));
  if (reserved !== undefined)
    throw new StashError('Invalid', `${path}.params: "${reserved.name}" is set by Stash itself and cannot be given`, {
      remedy: 'Leave it out; what it says follows from the target and the repository.',
    });
  const params = all.filter(({ name }) => name !== UPDATE_STATUS).map((step) => byName(step.params ?? []));
  const made = { path, task, steps: functions.map((found, index) => ({ found, params: params[index] ?? {} })), params: byName(given) };
  // With any value for what is known only when it runs.
  resolveTask(made, Object.fromEntries(BUILT_IN.map((name) => [name, 'x'])));
  return made;
}

/**
 * The containers of a Task for one run. A parameter of the configuration counts more than one of the step, and what Stash says itself
 * (`builtIn`) more than both.
 */
export function resolveTask({ path, task, steps, params }: StashTask, builtIn: Variables): StashProgram {
  const { name } = task.metadata;
  const volumes = substitute(task.spec.volumes ?? [], { ...params, ...builtIn }, `task ${name}: spec.volumes`);
  checkVolumes(`task ${name}`, volumes);
  const containers = steps.map(({ found, params: own }, index) => {
    const given = substitute(own, { ...params, ...builtIn }, `task ${name}: spec.steps[${index}].params`);
    const variables = { ...given, ...params, ...builtIn };
    const label = `function ${found.metadata.name}: spec`;
    const { params: _params, supports: _supports, ...written } = found.spec;
    const spec = substitute(written as StashFunction['spec'], { ...variables, ADDON_IMAGE: imageOf(found, variables) }, label);
    if (spec.image === undefined || spec.image === '')
      throw new StashError('Invalid', `${path}: function ${found.metadata.name} names no image, and runs in a container of its own`);
    checkContainerRights(`function ${found.metadata.name}`, spec.runtimeSettings);
    return { name: containerName(found.metadata.name, index), spec };
  });
  return { name, steps: containers, volumes, outputDir: outputDir({ task, params, steps }, builtIn, name) };
}

function imageOf({ spec, metadata }: StashFunction, variables: Variables): string {
  return substitute(spec.image ?? '', variables, `function ${metadata.name}: spec.image`);
}

/** As the configuration says, whose text is taken as it is, else as the step says that would have read it in Stash. */
function outputDir({ task, params, steps }: Pick<StashTask, 'task' | 'params' | 'steps'>, builtIn: Variables, name: string): string {
  const reading = (task.spec.steps ?? []).find((step) => step.name === UPDATE_STATUS);
  const written = byName(reading?.params ?? []).outputDir ?? steps.at(-1)?.params.outputDir ?? OUTPUT_DIR;
  const found = params.outputDir ?? substitute(written, builtIn, `task ${name}: outputDir`);
  const shown = found.length > SHOWN ? `${found.slice(0, SHOWN)}…` : found;
  if (found.length > PATH_LENGTH)
    throw new StashError('Invalid', `task ${name}: outputDir "${shown}" has ${found.length} characters; a path has at most ${PATH_LENGTH}`);
  if (found.split('/').includes('..'))
    throw new StashError('Invalid', `task ${name}: outputDir "${shown}" has a "..": name the directory itself`);
  return found;
}

/** As Stash called its containers. */
function containerName(name: string, index: number): string {
  const stem = name.replaceAll('.', '-').slice(0, 58).replace(/-+$/, '');
  return `${stem}-${index}`;
}

function byName(params: readonly Param[]): Record<string, string> {
  return Object.fromEntries(params.map(({ name, value }) => [name, value]));
}
