import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { journalUnsettled } from '../../agent/journal.ts';
import { heldBy } from '../../runtime/exclusive-holder.ts';
import type { Logger } from '../../runtime/log.ts';
import { agentLock, type Directories } from './directories.ts';

const PROGRAM = fileURLToPath(new URL('../../main/agent.ts', import.meta.url));
/** As in src/main/agent.ts. */
const EXIT_TAKEN = 75;
const RESTART_MS = [200, 1_000, 5_000, 30_000] as const;
/** How often to look whether an agent of an earlier operator has ended; each look starts a process. */
const TAKEN_MS = 5_000;

export interface AgentProcesses {
  /** Starts the agent unless it runs. It ends by itself when it has been idle. */
  ensure(agent: string): void;
  /** Starts every agent whose journal says that it was killed at work: only it can tell what became of that. */
  recover(): Promise<void>;
  /** Tells all to stop and waits until they have. */
  stop(): Promise<void>;
}

export interface AgentOptions {
  directories: Directories;
  baseEnv: Record<string, string>;
  log: Logger;
  /** Whether something is still expected of an agent that ended. */
  busy: (agent: string) => boolean;
}

/** The agents of one machine, each a child process in a directory of its own. */
export function agentProcesses({ directories, baseEnv, log, busy }: AgentOptions): AgentProcesses {
  const running = new Map<string, ChildProcess>();
  const restarts = new Map<string, { count: number; timer?: NodeJS.Timeout }>();
  let stopping = false;

  const start = (agent: string) => {
    const child = spawn(
      process.execPath,
      [PROGRAM, '--agent', agent, '--directory', join(directories.agents, agent), '--data-dir', directories.dataDir],
      {
        env: baseEnv,
        stdio: ['ignore', 'ignore', 'inherit'],
        // An agent outlives an operator that is killed, and is told to stop by one that ends in order.
        detached: true,
      },
    );
    running.set(agent, child);
    child.once('error', (error) => log.error('an agent cannot be started', { agent, error }));
    child.once('exit', (code, signal) => {
      running.delete(agent);
      if (stopping || !busy(agent)) {
        restarts.delete(agent);
        return;
      }
      // One of an earlier operator is still at work, and has the directory: its turn ends, then this one's begins.
      const taken = code === EXIT_TAKEN;
      const before = restarts.get(agent)?.count ?? 0;
      const wait = taken ? TAKEN_MS : (RESTART_MS[Math.min(before, RESTART_MS.length - 1)] ?? 0);
      if (!taken) log.warn('an agent ended at work; it is started again', { agent, code, signal, afterMs: wait });
      restarts.set(agent, { count: taken ? 0 : before + 1, timer: setTimeout(() => start(agent), wait) });
    });
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

/** An agent that an operator had started which was killed since: no child of this one, known by the lock it holds. */
async function stopStray(directory: string): Promise<void> {
  const lock = agentLock(directory);
  const holder = heldBy(lock);
  if (holder === undefined) return;
  try {
    process.kill(holder.pid, 'SIGTERM');
  } catch {
    // It ended just now.
  }
  while (heldBy(lock)?.pid === holder.pid) await delay(50);
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
