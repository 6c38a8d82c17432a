import type { Order } from './order.ts';
import { PROTOCOL } from './protocol.ts';

/** The lowest version of the protocol with which an agent understands this order; an older one would make something else of it, or end. */
export function neededProtocol({ task }: Pick<Order, 'task'>): number {
  if (task.type === 'Role' || task.type === 'Log') return PROTOCOL;
  // An older agent would not look at the role again.
  return task.type === 'Backup' && task.onlyPrimary === true ? PROTOCOL : PROTOCOL - 1;
}
