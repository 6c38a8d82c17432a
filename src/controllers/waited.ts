import type { Condition } from '../api/object.ts';
import { apart } from '../rules/elapsed.ts';

/**
 * Milliseconds that something has been waited for: since it was first not known (`Unknown`), as its condition tells, and not counting the
 * time without an operator. 0 when it is not waited for.
 */
export function waitedFor(waiting: Condition | undefined, startedAt: Date, now: Date): number {
  if (waiting?.status !== 'Unknown') return 0;
  return apart(Math.max(Date.parse(waiting.lastTransitionTime), startedAt.getTime()), now);
}
