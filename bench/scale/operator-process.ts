import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { flagsOf } from '../../scripts/image/flags.ts';
import type { AgentsStart, FromOperator, OperatorStart, OperatorStats } from './messages.ts';

export interface OperatorProcess {
  /** Milliseconds from its start until everything that there was had been queued. */
  readyMs: number;
  stats(): Promise<OperatorStats>;
  stop(): Promise<void>;
}

/** See the Containerfile. */
const AS_IN_IMAGE = { NODE_ENV: 'production', MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '16384', MALLOC_TOP_PAD_: '16384' };

/** Starts the operator, which is in the file `program`, as the image does, and agents for it as it needs them. */
export async function startOperator(
  program: string,
  start: OperatorStart,
  agentFiles: Pick<AgentsStart, 'tokenFile' | 'caFile'>,
): Promise<OperatorProcess> {
  const began = performance.now();
  const operator = fork(program, {
    serialization: 'advanced',
    execArgv: flagsOf('stash-operator'),
    env: { ...process.env, ...AS_IN_IMAGE },
  });
  const agents = fork(join(import.meta.dirname, 'agents.ts'));
  const ready = Promise.withResolvers<number>();
  const waiting: ((stats: OperatorStats) => void)[] = [];
  const send = (child: ChildProcess, message: object | string) => void (child.connected && child.send(message));
  operator.once('exit', (code) => ready.reject(new Error(`the operator ended (${code})`)));
  operator.on('message', (message: FromOperator) => {
    if (message.type === 'listening') send(agents, { ...agentFiles, url: `https://localhost:${message.port}` });
    else if (message.type === 'ensure') send(agents, message.agent);
    else if (message.type === 'ready') ready.resolve(performance.now() - began);
    else waiting.shift()?.(message.stats);
  });
  send(operator, start);
  const readyMs = await ready.promise;
  return {
    readyMs,
    stats: () => {
      const { promise, resolve } = Promise.withResolvers<OperatorStats>();
      waiting.push(resolve);
      send(operator, 'stats');
      return promise;
    },
    stop: async () => {
      for (const child of [operator, agents]) {
        const ended = once(child, 'exit');
        child.disconnect();
        await ended;
      }
    },
  };
}
