import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import { type AnyObject, keyOf, keyText, type ObjectKey } from '../../api/object.ts';
import { asStashError, isCode } from '../../errors/error.ts';
import { blueprintNames, type TargetWishes, targetWishes } from '../../rules/blueprint/annotations.ts';
import { blueprintOf, targetOfMade } from '../../rules/blueprint/marks.ts';
import type { BlueprintKind, BlueprintTarget } from '../../rules/blueprint/target.ts';
import { type Controller, DONE, type Result, requeueAfter } from '../../runtime/controller.ts';
import { whenChanged } from '../../runtime/when-changed.ts';
import type { Context } from '../context.ts';
import { TARGETS_BY_BLUEPRINT } from '../indexes.ts';
import { act, noteAll, remove } from './act.ts';
import { annotatedChanges } from './annotated.ts';
import { decide } from './decide.ts';
import { generateNamed, heldNames, type Made, observe, readMade, targetOf } from './observe.ts';
import { Told } from './told.ts';

type Ctx = Pick<Context, 'store' | 'events'>;

/** Makes, for each object of this kind that names BackupBlueprints by annotation, what they say, and keeps it so. */
export function blueprintController(kind: BlueprintKind, ctx: Ctx): Controller {
  const told = new Told();
  const repositories = whenMadeChanges(kind, ctx, 'Repository');
  const configurations = whenMadeChanges(kind, ctx, 'BackupConfiguration');
  return {
    name: `blueprint-${kind.toLowerCase()}`,
    kind,
    concerns: annotatedChanges(),
    watches: [
      { kind: 'BackupBlueprint', map: ({ metadata }) => naming(kind, ctx, metadata.name) },
      { kind: 'Repository', map: repositories },
      { kind: 'BackupConfiguration', map: configurations },
    ],
    reconcile: (key) => reconcile(kind, key, ctx, told),
  };
}

/** What was made for targets of this kind wakes them, unless it is its status alone that changed. */
function whenMadeChanges(kind: BlueprintKind, { store }: Ctx, made: 'Repository' | 'BackupConfiguration') {
  const facts = ({ metadata }: AnyObject) => [metadata.generation, metadata.labels, metadata.annotations, metadata.deletionTimestamp];
  const changed = whenChanged(
    facts,
    async (key) => (await store.get(made, key)) !== undefined,
    (object: AnyObject) => [targetOfMade(object, kind) ?? []].flat(),
  );
  // Of all others nothing is kept.
  return (object: AnyObject): Promise<ObjectKey[]> | ObjectKey[] => (targetOfMade(object, kind) === undefined ? [] : changed(object));
}

async function naming(kind: BlueprintKind, { store }: Ctx, blueprint: string): Promise<ObjectKey[]> {
  return (await store.list<BlueprintKind>(kind, { having: { index: TARGETS_BY_BLUEPRINT, key: blueprint } })).map(keyOf);
}

interface Problem {
  reason: string;
  message: string;
}

async function reconcile(kind: BlueprintKind, key: ObjectKey, ctx: Ctx, told: Told): Promise<Result> {
  const object = await ctx.store.get(kind, key);
  const made = await readMade(ctx, { kind, ...key });
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) {
    told.fresh(keyText(key), []);
    // What is in its namespace goes with its owner too, whichever is faster.
    for (const one of made.configurations) await remove(ctx, one);
    return DONE;
  }
  const target = targetOf(kind, object);
  const { problems, waits } = await follow(ctx, object, target, made);
  const texts = problems.map(({ reason, message }) => JSON.stringify([reason, message]));
  for (const text of told.fresh(keyText(key), texts)) {
    const [reason, message] = JSON.parse(text) as [string, string];
    await ctx.events.record(object, 'Warning', reason, message);
  }
  return waits === undefined ? DONE : requeueAfter(waits, 'something of that name is going, or a write was refused');
}

interface Outcome {
  problems: Problem[];
  /** A blueprint that is named could not be followed. */
  failed?: Problem;
  /** When to look again, in milliseconds, where nothing would wake it. */
  waits?: number | undefined;
}

const GOING_MS = 5_000;
const REFUSED_MS = 300_000;

async function follow(ctx: Ctx, object: AnyObject, target: BlueprintTarget, made: Made): Promise<Outcome> {
  const named = attempt(() => blueprintNames(target.annotations));
  if (named.value === undefined) return complain(ctx, made.configurations, { reason: 'AnnotationInvalid', message: named.problem });
  const names = named.value;
  const wishes = names.length === 0 ? undefined : attempt(() => targetWishes(target.kind, target.annotations));
  const outcomes: Outcome[] = [];
  const used = new Set<string>();
  if (wishes?.problem !== undefined) return complain(ctx, made.configurations, { reason: 'AnnotationInvalid', message: wishes.problem });
  if (wishes !== undefined) {
    const held = new Set<string>();
    for (const name of names) outcomes.push(await followOne(ctx, { object, target, made, names, name, wishes: wishes.value, held, used }));
  }
  const rest = made.configurations.filter((one) => !used.has(keyText(keyOf(one))));
  const failed = outcomes.find((one) => one.failed !== undefined)?.failed;
  // Perhaps a mistyped name, or a blueprint that comes a moment later and takes over what another made.
  if (failed !== undefined) await noteAll(ctx, rest, failed.reason, failed.message);
  else for (const one of rest) await remove(ctx, one, object);
  const waits = outcomes.flatMap((one) => one.waits ?? []);
  return { problems: outcomes.flatMap((one) => one.problems), waits: waits.length === 0 ? undefined : Math.min(...waits) };
}

interface One {
  object: AnyObject;
  target: BlueprintTarget;
  made: Made;
  names: readonly string[];
  name: string;
  wishes: TargetWishes;
  held: Set<string>;
  /** Keys of the configurations that stay. */
  used: Set<string>;
}

async function followOne(ctx: Ctx, { object, target, made, names, name, wishes, held, used }: One): Promise<Outcome> {
  const its = made.configurations.filter((one) => blueprintOf(one, target) === name);
  const stays = (problem: Problem): Promise<Outcome> => {
    for (const one of its) used.add(keyText(keyOf(one)));
    return complain(ctx, its, problem);
  };
  const blueprint = await ctx.store.get('BackupBlueprint', { namespace: '', name });
  if (blueprint === undefined) return stays({ reason: 'BlueprintNotFound', message: `there is no BackupBlueprint ${name}` });
  const taken = new Set([...held, ...heldNames(made, target, name)]);
  const generated = attempt(() => generateNamed({ blueprint, target, wishes, named: names, made, held: taken }));
  if (generated.value === undefined)
    return stays({ reason: 'BlueprintNotApplied', message: `BackupBlueprint ${name}: ${generated.problem}` });
  const { repository, configuration } = generated.value;
  for (const { metadata } of [repository, configuration]) held.add(metadata.name);
  const plans = decide({
    target,
    blueprint: name,
    named: names,
    generated: generated.value,
    observed: await observe(ctx, generated.value, blueprint, target),
  });
  const refused = plans.find((plan) => plan.type === 'Refuse');
  if (refused !== undefined) return stays({ reason: refused.reason, message: refused.message });
  for (const one of [configuration, ...(plans.some(({ type }) => type === 'Wait') ? its : [])]) used.add(keyText(keyOf(one)));
  if (plans.some(({ type }) => type === 'Wait')) return { problems: [], waits: GOING_MS };
  try {
    for (const plan of plans) await act(ctx, plan, { object, blueprint: name });
  } catch (thrown) {
    // A policy, or a namespace that is not there; what the server says is for whoever annotated the target.
    if (!isCode(thrown, 'Forbidden', 'Invalid', 'NotFound')) throw thrown;
    return { ...(await stays({ reason: 'NotMade', message: `BackupBlueprint ${name}: ${thrown.message}` })), waits: REFUSED_MS };
  }
  return { problems: plans.filter((plan) => plan.type === 'Note') };
}

/** Nothing that is there is taken away because of a problem; it says why it does not follow. */
async function complain(ctx: Ctx, configurations: readonly BackupConfiguration[], problem: Problem): Promise<Outcome> {
  await noteAll(ctx, configurations, problem.reason, problem.message);
  return { problems: [problem], failed: problem };
}

function attempt<T>(work: () => T): { value: T; problem?: undefined } | { value?: undefined; problem: string } {
  try {
    return { value: work() };
  } catch (thrown) {
    if (!isCode(thrown, 'Invalid')) throw asStashError(thrown);
    return { problem: thrown.message };
  }
}
