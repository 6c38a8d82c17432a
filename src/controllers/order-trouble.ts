import { asStashError, StashError } from '../errors/error.ts';
import { apart } from '../rules/elapsed.ts';
import type { Context } from './context.ts';

/** An agent polls every 20 s at the latest; one that a new operator has not heard of for so long is gone. */
const UNHEARD_MS = 300_000;

/** What a look at the hosts leaves to be done once status has what it found. */
export interface Afterwards {
  /** Ids of orders. */
  acknowledge: string[];
  /** What could not be asked just now: the reconcile fails with it, and is repeated. */
  unanswered: StashError[];
}

/**
 * Why a host has failed whose order cannot be made; undefined: it has not, and is looked at again. One that has begun, which an earlier
 * operator saw, may be at work still: that fails only with its agent.
 */
export function orderTrouble(
  { ctx, now }: { ctx: Pick<Context, 'log' | 'startedAt'>; now: Date },
  host: { orderID?: string; steps?: unknown },
  thrown: unknown,
  { unanswered }: Afterwards,
): StashError | undefined {
  const error = asStashError(thrown);
  if (error.transient) {
    unanswered.push(error);
    return undefined;
  }
  if (host.steps === undefined) return error;
  if (apart(ctx.startedAt.getTime(), now) < UNHEARD_MS) {
    ctx.log.warn('the order of a host that has begun cannot be made again', { order: host.orderID, error });
    return undefined;
  }
  const silence = `nothing was heard of its agent for ${UNHEARD_MS / 60_000} minutes`;
  return new StashError('AgentLost', `${silence}, and its order cannot be made again: ${error.code}: ${error.message}`, { cause: error });
}
