import { createHash } from 'node:crypto';

/** A delay in `0 <= delay < jitterMs` that never changes for one seed. Spreads configurations with the same schedule over time. */
export function jitterOf(seed: string, jitterMs: number): number {
  if (jitterMs < 1) return 0;
  return createHash('sha256').update(seed).digest().readUIntBE(0, 6) % Math.floor(jitterMs);
}
