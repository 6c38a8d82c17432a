import type { Lease } from './lease.ts';

/** A lease as this process saw it first: the time is its own. */
export interface Observed {
  lease: Lease;
  /** This process's monotonic clock, in milliseconds. */
  since: number;
}

export type Decision = { type: 'create' } | { type: 'take'; from: Lease } | { type: 'wait'; ms: number };

/** The same version seen again has been there since it was seen first. */
export function observe(before: Observed | undefined, lease: Lease | undefined, now: number): Observed | undefined {
  if (lease === undefined) return undefined;
  return before?.lease.version === lease.version ? before : { lease, since: now };
}

/**
 * What a candidate does. It never looks at the times that another wrote: a lease has run out when this process has watched the same
 * version for the whole duration on its own clock. A leader stops by itself before that, so however the clocks are set there is one.
 */
export function decide(observed: Observed | undefined, me: string, now: number, leaseMs: number): Decision {
  if (observed === undefined) return { type: 'create' };
  const { lease, since } = observed;
  if (lease.holder === '' || lease.holder === me) return { type: 'take', from: lease };
  // The longer of the two: replicas of different versions may have different settings.
  const left = since + Math.max(leaseMs, lease.durationMs) - now;
  return left <= 0 ? { type: 'take', from: lease } : { type: 'wait', ms: left };
}
