import type { Order } from './order.ts';
import { PROTOCOL } from './protocol.ts';

/** The lowest version of the protocol with which an agent understands this order; an older one would make something else of it, or end. */
export function neededProtocol({ task }: Pick<Order, 'task'>): number {
  if (task.type === 'Role') return PROTOCOL;
  if (task.type !== 'Backup') return PROTOCOL - 1;
  // An older agent would not look at the role again, and would put an incremental in the place of its full.
  const addsLink = task.operation === 'Incremental' && task.steps.some(({ source, command }) => source === 'Stage' && command.length > 0);
  return task.onlyPrimary === true || addsLink ? PROTOCOL : PROTOCOL - 1;
}
