import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurable } from '../process/durable.ts';
import type { Logger } from '../runtime/log.ts';
import type { OperatorClient } from './client.ts';

/** How a gate ends: the pod may start, or its restore failed. */
export type GateEnd = 'Open' | 'Failed';

interface GateOptions {
  /** Where the agent keeps its state; survives a restart of the container. */
  state: string;
  /** The pod starts when nobody has answered for so long. */
  patienceMs?: number;
  /** Called once it is known. */
  decided: (end: GateEnd) => void;
  log: Pick<Logger, 'info' | 'warn'>;
}

const PATIENCE_MS = 10_000;
/** The operator looks at what a gate waits for when it asks. */
const ASK_AGAIN_MS = 2_000;

/**
 * The operator as the gate of a pod sees it. It opens when the operator says that nothing is expected of it, when its restore has succeeded
 * and that is safely noted, and when no operator answers. Once a restore was begun only an operator opens it: what is half restored must
 * not be served.
 */
export async function gateClient(client: OperatorClient, options: GateOptions): Promise<OperatorClient> {
  const { state, decided, log } = options;
  const begun = join(state, 'restore-begun');
  let mayGuess = await access(begun).then(
    () => false,
    () => true,
  );
  let answered = false;
  let told = '';
  const patience = options.patienceMs ?? PATIENCE_MS;
  const timer = setTimeout(() => {
    if (!mayGuess || answered) return;
    log.warn('the operator has not answered; the pod starts without it', { afterMs: patience });
    decided('Open');
  }, patience);
  return {
    poll: async (body, signal) => {
      if (body.reports.length > 0) mayGuess = false;
      const waitMs = body.reports.length > 0 ? body.waitMs : answered ? ASK_AGAIN_MS : 0;
      const response = await client.poll({ ...body, waitMs }, signal);
      answered = true;
      if (response.orders.length > 0) {
        mayGuess = false;
        // A state that cannot be written to: the order will fail for the same reason.
        await writeDurable(begun, '').catch(() => undefined);
      }
      const settled = body.reports.filter(({ orderId }) => response.acknowledged.includes(orderId));
      if (response.orders.length > 0 || settled.length < body.reports.length) return response;
      if (settled.some((report) => report.state === 'Failed')) decided('Failed');
      else if (settled.length > 0 || response.idle) {
        await rm(begun, { force: true });
        decided('Open');
      } else if (response.waiting !== undefined && response.waiting !== told) {
        told = response.waiting;
        log.info('the pod waits', { why: told });
      }
      return response;
    },
    close: async () => {
      clearTimeout(timer);
      await client.close();
    },
  };
}
