import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DemoDatabase } from '../../scripts/demo/database.ts';
import { shellIn } from '../../scripts/demo/shell.ts';
import { changeOnePercent, write } from './data.ts';
import { watchAgent } from './memory.ts';
import { ours, type Taken } from './ours.ts';
import { byHand } from './raw.ts';

interface RoundOptions {
  /** Of the repository. */
  root: string;
  /** Everything of the round is below it, and gone afterwards. */
  directory: string;
  database: DemoDatabase;
  env: Record<string, string>;
  password: string;
  login: { username: string; password: string };
  megabytes: number;
  say(line: string): void;
}

export const MEASURED = ['full', 'unchanged', 'incremental', 'log', 'restore'] as const;

interface Pair extends Taken {
  raw: number;
}

export interface Round {
  pairs: Record<(typeof MEASURED)[number], Pair>;
  /** MB of binlog a second. */
  replay: { ours: number; raw: number };
  memory: { idle: Memory; agent: Memory; functions: Memory };
}

type Memory = ReturnType<ReturnType<typeof watchAgent>['last']>;

/** Each by hand and with Stash, in turn, on the same data and each into a new repository of its own. */
export async function round(options: RoundOptions): Promise<Round> {
  const { directory, database, env, password, login, root, megabytes, say } = options;
  const data = join(directory, 'stash');
  const rawShell = shellIn(root, { ...env, RESTIC_PASSWORD: password, RESTIC_CACHE_DIR: join(directory, 'cache') });
  const shell = shellIn(root, { ...env, STASH_DATA_DIR: data });
  const places = { repository: join(directory, 'repository'), password, login, small: join(root, 'catalog') };
  const raw = await byHand(rawShell, database, join(directory, 'raw'));
  const stash = await ours(shell, data, database, places);
  const memory = watchAgent(data);
  const shown = (steps: [string, number][]) =>
    steps.length === 0 ? '' : ` (${steps.map(([step, took]) => `${step} ${took.toFixed(1)}`).join(', ')})`;
  const byHandSteps: [string, number][] = [];
  const pair = async (name: string, hand: () => Promise<number>, stashed: () => Promise<Taken>): Promise<Pair> => {
    const seconds = await hand();
    const taken = { raw: seconds, ...(await stashed()) };
    const own = `${taken.stored.toFixed(1)} s, with what comes after it ${taken.whole.toFixed(1)} s${shown(taken.steps)}`;
    say(`  ${name}: ${own}; by hand ${seconds.toFixed(1)} s${shown(byHandSteps)}`);
    return taken;
  };
  try {
    const full = await pair('full', raw.full, () => stash.backup('full'));
    const unchanged = await pair('incremental, nothing changed', raw.incremental, () => stash.backup('incremental'));
    await changeOnePercent(database);
    const incremental = await pair('incremental, 1 % changed', raw.incremental, () => stash.backup('incremental'));
    await pair('first tick of the log', raw.log, () => stash.backup('log'));
    await write(database, megabytes / 20);
    const log = await pair('tick of the log', raw.log, () => stash.backup('log'));
    const replay = { ours: 0, raw: 0 };
    let bytes = 0;
    const restore = await pair(
      'restore',
      async () => {
        const taken = await raw.restore();
        bytes = taken.bytes;
        byHandSteps.push(...taken.steps);
        replay.raw = bytes / 1e6 / taken.replay;
        return taken.seconds;
      },
      async () => {
        const taken = await stash.restore();
        replay.ours = bytes / 1e6 / taken.replay;
        return taken;
      },
    );
    // Agents end when they have had nothing to do; the next one is the usual one, which finds its sources compiled.
    while (memory.runs()) await delay(250);
    await stash.backup('log');
    await delay(IDLE_MS);
    return { pairs: { full, unchanged, incremental, log, restore }, replay, memory: { idle: memory.last(), ...memory.most() } };
  } finally {
    memory.stop();
    await stash.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

const IDLE_MS = 8_000;
