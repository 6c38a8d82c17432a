import { setTimeout as delay } from 'node:timers/promises';
import type { ErrorCode } from '../../errors/catalogue.ts';
import { isCode, StashError } from '../../errors/error.ts';
import type { Server } from './server.ts';

interface Patience {
  limitMs: number;
  pollMs: number;
  signal: AbortSignal;
  /** What the error Canceled says. */
  stopped: string;
  /** With what else a server answers that is starting. */
  also?: readonly ErrorCode[];
}

/** Waits for a server that may just be starting. Throws Canceled, and what the server said last when the time is over, or it is no sign of a start. */
export async function untilAnswers(
  server: Pick<Server, 'query'>,
  { limitMs, pollMs, signal, stopped, also = [] }: Patience,
): Promise<void> {
  for (let waited = 0; ; waited += pollMs) {
    try {
      await server.query('SELECT 1');
      return;
    } catch (error) {
      if (waited >= limitMs || !isCode(error, 'DatabaseUnreachable', 'DatabaseLost', ...also)) throw error;
    }
    await delay(pollMs, undefined, { signal }).catch(() => {
      throw new StashError('Canceled', stopped);
    });
  }
}
