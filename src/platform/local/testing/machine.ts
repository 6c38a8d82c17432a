import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { AnyObject } from '../../../api/object.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { openSqliteStore } from '../../../store/sqlite/sqlite-store.ts';
import type { Store } from '../../../store/store.ts';
import { findTool, isFound } from '../../tools/locate.ts';
import { eventually } from './eventually.ts';
import { applyTo, type Objects, objectsOf } from './objects.ts';
import { isStopped, kill, killAll, processesWith, type RunningProcess } from './processes.ts';
import { type ResticGate, resticGate } from './restic-gate.ts';

/** The whole program on a data directory of its own: `stash up` with its agents, and what a test does to them. */
export interface Machine extends Objects {
  dir: string;
  dataDir: string;
  store: Store;
  /** Of which every restic command of the agents runs. */
  restic: ResticGate;
  /** Starts `stash up` with these options and waits until it is ready. */
  up(...options: string[]): Promise<void>;
  /** Asks it to stop, as Ctrl-C does, and waits. */
  down(): Promise<void>;
  /** A command of `stash`, run to its end. */
  stash(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }>;
  apply(...manifests: AnyObject[]): Promise<void>;
  killOperator(): Promise<void>;
  /** Kills the agent whose key begins so (`target/...`, `repository/...`), and these others before it can see them end. */
  killAgent(key: string, ...withIt: number[]): Promise<void>;
  agent(key: string): RunningProcess | undefined;
  /** The restic that runs this command now. */
  resticOf(command: string): RunningProcess | undefined;
  processes(): RunningProcess[];
  /** What `stash up` has said so far. */
  log(): string;
  /** Ends every process of it, then removes everything. */
  dispose(): Promise<void>;
}

const STASH = fileURLToPath(new URL('../../../../bin/stash', import.meta.url));

/** Nothing of it runs before `up`. */
export async function machine(): Promise<Machine> {
  const found = await findTool('restic');
  if (!isFound(found)) throw new Error(found.missing);
  const dir = mkdtempSync(join(tmpdir(), 'stash-machine-'));
  const dataDir = join(dir, 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  const store = openSqliteStore({ file: join(dataDir, 'store.db'), clock: systemClock, newUid: randomUUID });
  const restic = resticGate(join(dir, 'gate'), found.path);
  const env = { PATH: process.env.PATH ?? '', HOME: dir, TMPDIR: tmpdir(), STASH_DATA_DIR: dataDir, STASH_RESTIC: restic.path };
  const processes = () => processesWith(dir);
  const agent = (key: string) =>
    processes().find(({ args }) => args[args.indexOf('--agent') + 1]?.startsWith(key) && args.includes('--agent'));
  let operator: ChildProcess | undefined;
  let log = '';

  const start = (args: string[]) => spawn(STASH, args, { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = async () => {
    if (operator !== undefined && operator.exitCode === null && operator.signalCode === null) await once(operator, 'exit');
    operator = undefined;
  };
  return {
    dir,
    dataDir,
    store,
    restic,
    ...objectsOf(store, () => log),
    apply: async (...manifests) => {
      for (const manifest of manifests) await applyTo(store, manifest);
    },
    up: async (...options) => {
      const from = log.length;
      const child = start(['up', ...options]);
      operator = child;
      child.stderr.on('data', (chunk) => {
        log += chunk;
      });
      await eventually(
        'stash up is ready',
        () => /"message":"ready"/.test(log.slice(from)) || child.exitCode !== null,
        () => log.slice(from),
      );
      if (child.exitCode !== null) throw new Error(`stash up ended: ${log.slice(from)}`);
    },
    down: async () => {
      operator?.kill('SIGTERM');
      await ended();
    },
    stash: async (...args) => {
      const child = start(args);
      const exit = once(child, 'close');
      const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
      return { code, stdout, stderr };
    },
    killOperator: async () => {
      operator?.kill('SIGKILL');
      await ended();
    },
    agent,
    resticOf: (command) => processes().find(({ args }) => args[0] === found.path && args.includes(command)),
    killAgent: async (key, ...withIt) => {
      const found = agent(key);
      if (found === undefined) throw new Error(`no agent ${key} runs`);
      kill(found.pid, 'SIGSTOP');
      await eventually(`agent ${key} stands still`, () => isStopped(found.pid));
      for (const pid of withIt) kill(pid);
      kill(found.pid);
      await eventually(`agent ${key} is gone`, () => processes().every(({ pid }) => pid !== found.pid));
    },
    processes,
    log: () => log,
    dispose: async () => {
      await killAll(processes);
      await store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
