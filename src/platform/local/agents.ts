import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { journalUnsettled } from '../../agent/journal.ts';
import { StashError } from '../../errors/error.ts';
import type { AgentDesk } from '../../orders/desk.ts';
import { orderError } from '../../orders/order-error.ts';
import type { OrderError } from '../../orders/report.ts';
import { processAlive, processIdentity } from '../../process/identity.ts';
import { heldBy } from '../../runtime/exclusive-holder.ts';
import type { Logger } from '../../runtime/log.ts';
import { AGENT_FLAGS } from '../agent-flags.ts';
import { agentLock, type Directories } from './directories.ts';

const PROGRAM = fileURLToPath(new URL('../../main/agent.ts', import.meta.url));
/** As in src/main/agent.ts. */
const EXIT_TAKEN = 75;
/** How often to look whether an agent of an earlier operator has ended; each look starts a process. */
const TAKEN_MS = 5_000;
/** After so many starts without a sign of life its orders fail. */
const MOST_FALSE_STARTS = 3;
const ERRORS = 'agent.err';

interface AgentProcesses {
  /** Starts the agent unless it runs. It ends by itself when it has been idle. */
  ensure(agent: string): void;
  /** Starts every agent whose journal says that it was killed at work: only it can tell what became of that. */
  recover(): Promise<void>;
  /** Tells all to stop and waits until they have. */
  stop(): Promise<void>;
}

interface AgentOptions {
  directories: Directories;
  baseEnv: Record<string, string>;
  log: Logger;
  /** What is expected of agents, and what was heard of them. */
  desk: Pick<AgentDesk, 'busy' | 'silence' | 'forget' | 'refuse'>;
  timing?: Timing;
}

/** Milliseconds. */
interface Timing {
  /** Before the first restart of an agent that died at work, the second, and so on. */
  restart: readonly number[];
  /** An agent that runs and has not polled for so long is killed. */
  silent: number;
  /** How often that is looked at. */
  look: number;
}

/** An agent polls every 20 s at the latest. */
const TIMING: Timing = { restart: [200, 1_000, 5_000, 30_000], silent: 90_000, look: 15_000 };

/** The agents of one machine, each a child process in a directory of its own. */
export function agentProcesses({ directories, baseEnv, log, desk, timing = TIMING }: AgentOptions): AgentProcesses {
  const running = new Map<string, ChildProcess>();
  const restarts = new Map<string, { count: number; timer?: NodeJS.Timeout }>();
  const started = new Map<string, number>();
  let stopping = false;
  const watchdog = setInterval(() => endSilent(), timing.look);
  watchdog.unref();

  const start = (agent: string) => {
    const errors = errorFile(join(directories.agents, agent));
    const child = spawn(
      process.execPath,
      [...AGENT_FLAGS, PROGRAM, '--agent', agent, '--directory', join(directories.agents, agent), '--data-dir', directories.dataDir],
      {
        env: { ...baseEnv, NODE_COMPILE_CACHE: directories.compiled },
        stdio: ['ignore', 'ignore', errors],
        // An agent outlives an operator that is killed, and is told to stop by one that ends in order.
        detached: true,
      },
    );
    if (typeof errors === 'number') closeSync(errors);
    running.set(agent, child);
    started.set(agent, performance.now());
    desk.forget(agent);
    child.once('error', (error) => log.error('an agent cannot be started', { agent, error }));
    child.once('exit', (code, signal) => {
      running.delete(agent);
      const spoke = desk.silence(agent) !== undefined;
      if (stopping || !desk.busy(agent)) {
        restarts.delete(agent);
        return;
      }
      // One of an earlier operator is still at work, and has the directory: its turn ends, then this one's begins.
      const taken = code === EXIT_TAKEN;
      const before = restarts.get(agent)?.count ?? 0;
      if (!taken && !spoke && before >= MOST_FALSE_STARTS) {
        restarts.delete(agent);
        desk.refuse(agent, cannotStart(agent, join(directories.agents, agent)));
        return;
      }
      const wait = taken ? TAKEN_MS : (timing.restart[Math.min(before, timing.restart.length - 1)] ?? 0);
      if (!taken) log.warn('an agent ended at work; it is started again', { agent, code, signal, afterMs: wait });
      restarts.set(agent, { count: taken ? 0 : before + 1, timer: setTimeout(() => start(agent), wait) });
    });
  };
  /** One that runs and is not heard of (stopped by a signal, stuck on a dead disk) is ended, and started again: its journal says what it did. */
  const endSilent = () => {
    for (const [agent, child] of running) {
      const silence = desk.silence(agent) ?? performance.now() - (started.get(agent) ?? 0);
      if (silence < timing.silent || !desk.busy(agent)) continue;
      log.error('an agent has not been heard of; it is killed and started again', { agent, silentMs: Math.round(silence) });
      child.kill('SIGKILL');
    }
  };
  const ensure = (agent: string) => {
    // A new order finds it at work again: what it died of before is over, and should it die once more it is started again at once.
    if (running.has(agent)) restarts.delete(agent);
    else if (!stopping && restarts.get(agent)?.timer?.hasRef() !== true) start(agent);
  };
  return {
    ensure,
    recover: async () => {
      for (const agent of knownAgents(directories.agents))
        if (await journalUnsettled(join(directories.agents, agent, 'state'))) ensure(agent);
    },
    stop: async () => {
      stopping = true;
      clearInterval(watchdog);
      for (const { timer } of restarts.values()) clearTimeout(timer);
      await Promise.all(
        [...running.values()].map(
          (child) =>
            new Promise<void>((resolve) => {
              child.once('exit', () => resolve());
              child.kill('SIGTERM');
            }),
        ),
      );
      for (const agent of knownAgents(directories.agents)) await stopStray(join(directories.agents, agent));
    },
  };
}

/** Where an agent's last words go; not to the operator's own pipe, which it outlives. */
function errorFile(directory: string): number | 'ignore' {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return openSync(join(directory, ERRORS), 'w', 0o600);
  } catch {
    return 'ignore';
  }
}

function cannotStart(agent: string, directory: string): OrderError {
  const lines = readTail(join(directory, ERRORS))
    .split('\n')
    .filter((line) => line.trim() !== '');
  const said = lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'it said nothing';
  return orderError(new StashError('StageUnusable', `the agent ${agent} cannot be started: ${said.trim()}`));
}

function readTail(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(-4096);
  } catch {
    return '';
  }
}

/** An agent that an operator had started which was killed since: no child of this one, known by the lock it holds. */
async function stopStray(directory: string): Promise<void> {
  const holder = heldBy(agentLock(directory));
  const agent = holder && processIdentity(holder.pid);
  if (agent === undefined) return;
  try {
    process.kill(agent.pid, 'SIGTERM');
  } catch {
    // It ended just now.
  }
  // It gives the lock back a moment before it ends.
  while (processAlive(agent)) await delay(50);
}

/** Keys of agents that have a directory: those with a `state` in it. */
function knownAgents(directory: string, prefix = ''): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return [];
    const key = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    const path = join(directory, entry.name);
    return existsSync(join(path, 'state')) ? [key] : prefix.split('/').length < 5 ? knownAgents(path, key) : [];
  });
}
