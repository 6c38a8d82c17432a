import type { Condition } from '../../api/object.ts';
import type { Repository } from '../../api/repository.ts';
import type { OrderError } from '../../orders/report.ts';
import { hasBeen } from '../../rules/elapsed.ts';
import { waitedFor } from '../waited.ts';

/**
 * Whether a Repository can be used by somebody who asks since `since` (milliseconds). An error counts only if the Repository was tried
 * after that, and with the secret as it is now (`secretVersion`; times have whole seconds): what failed before may be mended, and is
 * tried again for whoever waits.
 */
export function usable(
  { repository: { status, metadata }, secretVersion }: { repository: Repository; secretVersion: string },
  since: number,
  now: Date,
): 'Ready' | 'NotKnownYet' | OrderError {
  if (status?.observedGeneration !== metadata.generation) return 'NotKnownYet';
  if (status?.phase === 'Ready') return 'Ready';
  const probed = Date.parse(status?.lastProbeTime ?? '1970-01-01T00:00:00Z');
  const tried = status?.observedSecretVersion === secretVersion && probed >= since && hasBeen(probed, now);
  return tried && status?.error !== undefined ? status.error : 'NotKnownYet';
}

/** How long somebody waits for a repository that nobody has opened or failed to open. */
const OPENING_MS = 120_000;

/**
 * Whether the wait for a Repository that is not known yet has been too long: since the session first waited for it, as its condition
 * tells, and not counting the time without an operator.
 */
export function openingTooLong(waiting: Condition | undefined, startedAt: Date, now: Date): boolean {
  return waitedFor(waiting, startedAt, now) > OPENING_MS;
}
