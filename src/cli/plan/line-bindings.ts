import type { AppBinding } from '../../api/app-binding.ts';
import type { Function as StashFunction } from '../../api/function.ts';
import type { AnyObject } from '../../api/object.ts';
import type { Task } from '../../api/task.ts';
import { isCode, StashError } from '../../errors/error.ts';
import { readCatalog } from '../../platform/catalog.ts';
import { bindingOf, type Catalog } from '../../rules/binding.ts';
import { type Invoker, invokerOf, type Member, type PlannedOperation } from '../../rules/invoker.ts';
import type { Place } from '../../rules/not-yet.ts';
import { commonCapabilities } from '../../rules/operation.ts';
import type { Store } from '../../store/store.ts';
import type { InvokerObject } from '../invoker.ts';

/** What is bound to a line of schedule can do, or why nothing can be bound to it. */
export type LineBinding = { supports: readonly string[] } | { refused: StashError };

/** By the line's id; a line is absent where it cannot be told, and where it need not be because the operator has spoken. */
export type LineBindings = ReadonlyMap<string, LineBinding>;

/**
 * Finds the bindings of configurations and batches as the operator will: in the store, and before that in what is applied with them.
 * What this user may not read, or is not there yet, leaves its lines untold.
 */
export function lineBindingReader(
  store: Store,
  place: Place,
  applied: readonly AnyObject[] = [],
): (object: InvokerObject) => Promise<LineBindings> {
  let catalog: Promise<KnownCatalog> | undefined;
  return async (object) => {
    if (isJudged(object)) return new Map();
    catalog ??= readKnownCatalog(store, applied);
    const known = await catalog;
    const invoker = invokerOf(object);
    const found = await Promise.all(
      invoker.operations.map(async (line) => {
        const binding = await bindingOfLine({ store, place, applied }, invoker, line, known);
        return binding === undefined ? [] : [[line.id, binding] as const];
      }),
    );
    return new Map(found.flat());
  };
}

/** Whether the operator has judged the present spec: what it says then goes first. */
export function isJudged({ status, metadata }: InvokerObject): boolean {
  return status?.observedGeneration !== undefined && status.observedGeneration === metadata.generation;
}

interface KnownCatalog extends Catalog {
  /** False: there may be more than this user can see. */
  complete: boolean;
}

/** What ships comes first: no operator need have put it into the store. */
async function readKnownCatalog(store: Store, applied: readonly AnyObject[]): Promise<KnownCatalog> {
  const [functions, tasks] = await Promise.all([readable(store.list('Function')), readable(store.list('Task'))]);
  const all: AnyObject[] = [...(await readCatalog()), ...(functions ?? []), ...(tasks ?? []), ...applied];
  return {
    functions: byName(all.filter((one): one is StashFunction => one.kind === 'Function')),
    tasks: byName(all.filter((one): one is Task => one.kind === 'Task')),
    complete: functions !== undefined && tasks !== undefined,
  };
}

function byName<T extends AnyObject>(objects: readonly T[]): ReadonlyMap<string, T> {
  return new Map(objects.map((one) => [one.metadata.name, one]));
}

interface Where {
  store: Store;
  place: Place;
  applied: readonly AnyObject[];
}

async function bindingOfLine(
  where: Where,
  invoker: Invoker,
  line: PlannedOperation,
  catalog: KnownCatalog,
): Promise<LineBinding | undefined> {
  const members = invoker.members.filter(({ key }) => line.members.includes(key));
  const applications = await Promise.all(members.map((member) => applicationOf(where, member, invoker.namespace)));
  if (applications.includes('Unknown')) return undefined;
  try {
    const bindings = members.map(({ sidecar, restore, task, target }, index) => {
      const application = applications[index] as AppBinding | undefined;
      const targetKind = target?.ref?.kind ?? '';
      return bindingOf(
        { place: where.place, alias: line.alias, direction: 'backup', sidecar, restore, task, targetKind, application },
        catalog,
      );
    });
    return { supports: commonCapabilities(bindings) };
  } catch (error) {
    if (!(error instanceof StashError) || isCode(error, 'Internal')) throw error;
    return isCode(error, 'FunctionNotFound') && !catalog.complete ? undefined : { refused: error };
  }
}

/** The AppBinding that says how to log in to a target; undefined where none is named. */
async function applicationOf(
  { store, applied }: Where,
  { target }: Member,
  namespace: string,
): Promise<AppBinding | 'Unknown' | undefined> {
  const named = target?.ref?.kind === 'AppBinding' ? target.ref : target?.appBinding;
  if (named === undefined) return undefined;
  // One of another namespace is refused by the operator, which says why.
  if ((named.namespace ?? namespace) !== namespace) return 'Unknown';
  const name = named.name ?? '';
  const beside = applied.find(({ kind, metadata }) => kind === 'AppBinding' && metadata.name === name && metadata.namespace === namespace);
  return (beside as AppBinding | undefined) ?? (await readable(store.get('AppBinding', { namespace, name }))) ?? 'Unknown';
}

/** Undefined: this user may not read it. */
async function readable<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isCode(error, 'Forbidden')) return undefined;
    throw error;
  }
}
