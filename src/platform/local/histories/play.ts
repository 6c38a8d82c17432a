import { rmSync } from 'node:fs';
import { newestLogs } from '../testing/newest-logs.ts';
import { check, type Verdict } from './check.ts';
import { type Random, seeded } from './random.ts';
import { type Model, STEPS, type Step } from './steps.ts';
import { makeWorld, type World } from './world.ts';

/** Nothing of a step takes so long but what never ends. */
const STEP_MS = 5 * 60_000;

export interface History {
  steps: string[];
  verdicts: Verdict[];
}

/**
 * Plays a history that follows from `seed`: `length` random steps, then a last backup of everything, then restores to `restores` random
 * moments and to the edges. Throws with the seed and what was done when something is not as the model says.
 */
export async function play(
  seed: number,
  length: number,
  restores: number,
  tell: (line: string) => void = () => undefined,
): Promise<History> {
  const random = seeded(seed);
  const steps: string[] = [];
  const world = await makeWorld();
  const model: Model = { round: 0, since: undefined, until: undefined, kept: [] };
  try {
    const perform = async (step: Step) => {
      steps.push(step.name);
      tell(`${steps.length}. ${step.name}`);
      await within(step.run(world, model, random), STEP_MS);
    };
    for (let rest = length; rest > 0; rest--) await perform(pickStep(random));
    for (const name of ['full', 'write', 'incremental', 'write', 'write', 'log']) await perform(named(name));
    const verdicts = await checkAll(world, model, random, restores, tell);
    return { steps, verdicts };
  } catch (error) {
    const log = world.stash.log().split('\n').slice(-30).join('\n');
    const said = `${log}\n${newestLogs(world.stash.dataDir)}`;
    throw new Error(`history ${seed} (${length} steps): after ${steps.join(', ')}: ${(error as Error).message}\n${said}`, { cause: error });
  } finally {
    await world.dispose();
  }
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it had not ended after ${ms / 60_000} minutes`)), ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function pickStep(random: Random): Step {
  let at = random.int(STEPS.reduce((sum, { weight }) => sum + weight, 0));
  const found = STEPS.find(({ weight }) => {
    at -= weight;
    return at < 0;
  });
  return found ?? named('write');
}

function named(name: string): Step {
  const found = STEPS.find((step) => step.name === name);
  if (found === undefined) throw new Error(`there is no step ${name}`);
  return found;
}

async function checkAll(world: World, model: Model, random: Random, restores: number, tell: (line: string) => void): Promise<Verdict[]> {
  const { moments } = world.source;
  const stretches = [
    ...model.kept,
    ...(model.since === undefined || model.until === undefined ? [] : [{ since: model.since, until: model.until }]),
  ];
  const edges = stretches.flatMap(({ since, until }) => [since, until]);
  const chosen = new Set([...edges, moments.length - 1]);
  while (chosen.size < Math.min(moments.length, edges.length + restores)) chosen.add(random.int(moments.length));
  const verdicts: Verdict[] = [];
  for (const index of [...chosen].sort((a, b) => a - b)) {
    const moment = moments[index];
    if (moment === undefined) continue;
    const must = stretches.some(({ since, until }) => index >= since && index <= until);
    const verdict = await check(world, moment, must);
    tell(`   ${moment.gtid} after ${moment.after}: ${verdict.outcome}${must ? ' (must be there)' : ''}`);
    verdicts.push(verdict);
    if (verdict.directory !== undefined) rmSync(verdict.directory, { recursive: true, force: true });
  }
  return verdicts;
}
