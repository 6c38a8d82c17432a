import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from '../../process/run.ts';

interface Server {
  /** Ends it and waits for it; may be called twice. */
  stop(): Promise<void>;
}

/** Runs a server until `stop`; resolves once its port answers. Throws with its last words when it ends before that. */
export async function startServer(request: {
  command: string;
  args: string[];
  env?: Record<string, string>;
  port: number;
}): Promise<Server> {
  const ending = new AbortController();
  const running = run({
    command: request.command,
    args: request.args,
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: '/nonexistent', ...request.env },
    signal: ending.signal,
    graceMs: 2_000,
  });
  let over = false;
  const ended = running.finally(() => {
    over = true;
  });
  ended.catch(() => undefined);
  while (!(await answers(request.port))) {
    if (over) {
      const result = await running;
      throw new Error(`${request.command} ended at once: ${result.stderrTail}${result.stdoutTail}`);
    }
    await delay(20);
  }
  return {
    stop: async () => {
      ending.abort();
      await ended;
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
