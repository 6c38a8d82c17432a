import type { ChainOrder } from '../../orders/order.ts';
import type { Binding } from '../../rules/binding.ts';
import type { Member } from '../../rules/invoker.ts';

/** The schema's own, of a configuration that says nothing of its chain. */
const DEFAULTS: ChainOrder = { maxIncrementals: 96, maxRatio: 1, onLostStage: 'Full' };

/**
 * How the chain of a host goes on, where its functions make incrementals. This is the place for what only the operator knows to force a Full
 * (`force`, reason VerificationFailed): nothing sets it yet, as verification is not built.
 */
export function chainOrder({ chain }: Member, { supports }: Binding): { chain?: ChainOrder } {
  if (!supports.includes('Incremental')) return {};
  return { chain: { ...DEFAULTS, ...chain } };
}
