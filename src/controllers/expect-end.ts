import { asStashError } from '../errors/error.ts';
import type { Order } from '../orders/order.ts';
import type { Context } from './context.ts';

/**
 * To be called for every order that an agent works on. That agent may have told of it before this operator had given it, as after a restart.
 * Then it is given again, which the agent gets nothing of: the desk looks after agents alone of which something is expected, and would never
 * notice that this one is lost.
 */
export async function expectEndOf(
  { ctx }: { ctx: Pick<Context, 'desk' | 'log'> },
  id: string,
  make: () => Promise<{ agent: string; order: Order }>,
): Promise<void> {
  if (ctx.desk.given(id)) return;
  try {
    const { agent, order } = await make();
    ctx.desk.give(agent, order, true);
  } catch (thrown) {
    // The agent works without; it is tried again at the next look.
    ctx.log.warn('an order that is worked on cannot be made again', { order: id, error: asStashError(thrown) });
  }
}
