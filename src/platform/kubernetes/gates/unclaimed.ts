import { StashError } from '../../../errors/error.ts';
import type { AgentDesk } from '../../../orders/desk.ts';
import { orderError } from '../../../orders/order-error.ts';
import type { Clock } from '../../../runtime/clock.ts';

/** A gate that is at work tells a new operator of it within seconds. */
const UNCLAIMED_MS = 45_000;

/**
 * Restores that a gate had begun under an earlier operator, and of which no gate has told this one: they are lost together with their pod.
 * To be called now and then with the agents that orders for gates are given to.
 */
export function unclaimed(desk: Pick<AgentDesk, 'begunElsewhere' | 'lost'>, clock: Pick<Clock, 'monotonic'>) {
  const since = new Map<string, number>();
  return (agents: readonly string[]): void => {
    const silent = agents.filter((agent) => desk.begunElsewhere(agent));
    for (const agent of since.keys()) if (!silent.includes(agent)) since.delete(agent);
    for (const agent of silent) {
      const first = since.get(agent) ?? clock.monotonic();
      since.set(agent, first);
      if (clock.monotonic() - first < UNCLAIMED_MS) continue;
      desk.lost(agent, orderError(new StashError('AgentLost', `the pod that was restoring (${agent}) is gone`)));
    }
  };
}
