import { existsSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from './random.ts';
import { kill } from './source.ts';
import type { World } from './world.ts';
import { randomWrite } from './writes.ts';

/** What the model expects of the backups, from what was done. */
export interface Model {
  round: number;
  /** A whole chain is stored of the server that is the primary now, and nothing has torn its logs since: from this moment on. */
  since: number | undefined;
  /** Up to here, in moments, all of `since` must be recoverable. */
  until: number | undefined;
  /** Stretches that were closed by a failover and must stay recoverable. */
  kept: { since: number; until: number }[];
}

export interface Step {
  name: string;
  weight: number;
  run(world: World, model: Model, random: Random): Promise<void>;
}

export const STEPS: readonly Step[] = [
  { name: 'write', weight: 30, run: write },
  { name: 'full', weight: 4, run: (world, model) => stored(world, model, 'full') },
  { name: 'incremental', weight: 8, run: (world, model) => stored(world, model, 'incremental') },
  { name: 'log', weight: 12, run: log },
  { name: 'rotate', weight: 4, run: ({ source }) => source.primary().sql('FLUSH BINARY LOGS').then(nothing) },
  { name: 'purge', weight: 2, run: purge },
  { name: 'restart', weight: 2, run: restart },
  { name: 'kill the server', weight: 2, run: killServer },
  { name: 'kill the agent', weight: 2, run: killAgents },
  { name: 'kill the agent at work', weight: 2, run: killAtWork },
  { name: 'kill the operator', weight: 2, run: killOperator },
  { name: 'outage', weight: 3, run: outage },
  { name: 'lose the stage', weight: 2, run: loseStage },
  { name: 'damage the stage', weight: 2, run: damageStage },
  { name: 'failover', weight: 2, run: (world, model) => failover(world, model, false) },
  { name: 'failover with loss', weight: 1, run: (world, model) => failover(world, model, true) },
  { name: 'restore in place', weight: 2, run: restoreInPlace },
];

async function write({ source }: World, model: Model, random: Random): Promise<void> {
  const { name, sql } = randomWrite(random, ++model.round);
  await source.write(name, sql);
}

async function stored(world: World, model: Model, alias: string): Promise<void> {
  const { status } = await world.backup(alias);
  if (status?.phase !== 'Succeeded') throw new Error(`${alias} ended ${status?.phase} ${status?.reason}: ${status?.message}`);
  begun(world, model, status.operation?.performed);
}

/** A log that is begun only now goes back to the chain that is staged, and not to one before it. */
function begun({ source }: World, model: Model, performed: string | undefined): void {
  if (model.since === undefined || (performed === 'Full' && model.until === undefined)) model.since = source.moments.length - 1;
}

async function log(world: World, model: Model): Promise<void> {
  const problem = await world.log();
  if (problem !== undefined) throw new Error(`the log was not stored: ${problem}`);
  if (model.since !== undefined) model.until = world.source.moments.length - 1;
}

/** What was not stored before is lost with it. */
async function purge(world: World, model: Model): Promise<void> {
  const last = world.source.moments.length - 1;
  if (model.until !== last) close(model);
  await world.source.primary().sql('FLUSH BINARY LOGS; SET @last = (SELECT @@gtid_binlog_pos)');
  const files = await world.source.primary().sql('SHOW BINARY LOGS');
  await world.source.primary().sql(`PURGE BINARY LOGS TO '${files.at(-1)?.[0]}'`);
}

async function restart({ source }: World): Promise<void> {
  await source.primary().stop();
  await source.primary().start();
}

async function killServer({ source }: World): Promise<void> {
  await kill(source.primary());
  await source.primary().start();
}

async function killAgents({ stash }: World): Promise<void> {
  for (const key of ['target/', 'repository/']) while (stash.agent(key) !== undefined) await stash.killAgent(key);
}

/** The session ends one way or the other: its agent is started again, and goes on or says what was lost. */
async function killAtWork(world: World, model: Model, random: Random): Promise<void> {
  const { stash } = world;
  const { restic } = stash;
  const held = restic.hold('backup');
  const running = world.backup(random.pick(['full', 'incremental']));
  const pid = await Promise.race([held.reached(), running.then(() => undefined)]);
  if (pid !== undefined) await stash.killAgent('target/', pid);
  held.release();
  const { status } = await running;
  if (status?.phase === 'Succeeded') begun(world, model, status.operation?.performed);
}

async function killOperator({ stash }: World): Promise<void> {
  await stash.killOperator();
  await stash.up();
}

async function outage(world: World, model: Model, random: Random): Promise<void> {
  world.storage.is('down');
  try {
    for (let rest = 1 + random.int(2); rest > 0; rest--) {
      const { status } = await world.backup(random.pick(['full', 'incremental', 'incremental']));
      if (status?.phase !== 'Failed') throw new Error(`without storage a session ended ${status?.phase} ${status?.reason}`);
      await write(world, model, random);
    }
  } finally {
    world.storage.is('well');
  }
  // A log that begins now may go back to a full that is staged only, and another full takes that one's place.
  if (model.until === undefined) model.since = undefined;
}

/** A log that was not begun yet does not know any more what it would have gone on from. */
async function loseStage(world: World, model: Model): Promise<void> {
  if (model.until === undefined) model.since = undefined;
  await killAgents(world);
  for (const index of [0, 1]) rmSync(world.stage(index), { recursive: true, force: true });
}

/** A file of the chain is cut or goes, as by a broken disk or a hand. */
async function damageStage(world: World, _model: Model, random: Random): Promise<void> {
  for (const index of [0, 1]) {
    const chain = join(world.stage(index), 'chain');
    if (!existsSync(chain)) continue;
    const files = readdirSync(chain, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    if (files.length === 0) continue;
    const file = random.pick(files);
    const place = join(file.parentPath, file.name);
    if (random.chance(0.5)) rmSync(place);
    else truncateSync(place, Math.floor(statSync(place).size / 2));
  }
}

async function failover({ source }: World, model: Model, lose: boolean): Promise<void> {
  await source.failover(lose);
  close(model);
}

/** To any moment that has to be there, and the only one with its GTID. The log goes on from it, without another backup. */
async function restoreInPlace(world: World, model: Model, random: Random): Promise<void> {
  const { since, until } = model;
  if (since === undefined || until === undefined) return;
  const { moments } = world.source;
  const moment = moments[since + random.int(until - since + 1)];
  if (moment === undefined || moments.filter(({ gtid }) => gtid === moment.gtid).length !== 1) return;
  const problem = await world.goBack(moment.gtid);
  if (problem !== undefined) throw new Error(`${moment.gtid} was not restored in place: ${problem}`);
  close(model);
  await world.source.wentBack();
  const back = moments.at(-1);
  if (back?.tables !== moment.tables)
    throw new Error(`restored in place to ${moment.gtid}:\n${moment.tables}\nbut it holds:\n${back?.tables}`);
  model.since = moments.length - 1;
}

/** What there is stays; what comes needs a new chain. */
function close(model: Model): void {
  if (model.since !== undefined && model.until !== undefined) model.kept.push({ since: model.since, until: model.until });
  model.since = undefined;
  model.until = undefined;
}

function nothing(): void {}
