import type { Repository } from '../../api/repository.ts';
import type { OrderError } from '../../orders/order.ts';

/**
 * Whether a Repository can be used by somebody who asks since `since` (milliseconds). An error counts only if the Repository was tried
 * after that: what failed for an earlier one may be mended, and is tried again for whoever waits.
 */
export function usable({ status, metadata }: Repository, since: number, now: Date): 'Ready' | 'NotKnownYet' | OrderError {
  if (status?.observedGeneration !== metadata.generation) return 'NotKnownYet';
  if (status?.phase === 'Ready') return 'Ready';
  const probed = Date.parse(status?.lastProbeTime ?? '1970-01-01T00:00:00Z');
  // A time to come was written before the clock was set back.
  const tried = probed >= since && probed <= now.getTime() + 1000;
  return tried && status?.error !== undefined ? status.error : 'NotKnownYet';
}
