import { asStashError, isCode } from '../../errors/error.ts';
import { sleepAtMost } from '../clock.ts';
import type { ElectionOptions, ElectionTiming, Won } from './elect.ts';
import type { Lease } from './lease.ts';

/**
 * Renews the lease until `done` and returns its last state. Aborts `lost` when another has it, or when `renewMs` have passed, on either
 * clock, since the last renewal that succeeded was sent; at once, whatever a request is still waiting for: that is aborted.
 */
export async function keepRenewing(
  options: ElectionOptions & { timing: ElectionTiming },
  won: Won,
  lost: AbortController,
  done: AbortSignal,
): Promise<Lease> {
  const { client, identity, clock, log, timing } = options;
  const over = AbortSignal.any([lost.signal, done]);
  let { lease, sent } = won;

  const finished = new AbortController();
  const watchdog = async (end: AbortSignal) => {
    while (!end.aborted) {
      // The wall clock too: the other one may stand still while the machine sleeps.
      const passed = Math.max(clock.monotonic() - sent.monotonic, clock.now().getTime() - sent.wall);
      if (passed >= timing.renewMs) lost.abort();
      else await sleepAtMost(clock, timing.renewMs - passed, end);
    }
  };
  const renewOnce = async () => {
    const now = { monotonic: clock.monotonic(), wall: clock.now().getTime() };
    try {
      lease = await client.update(lease, lost.signal);
      sent = now;
    } catch (error) {
      if (!isCode(error, 'Conflict', 'NotFound')) throw error;
      const found = await client.read(lost.signal);
      // An earlier renewal whose answer was lost, or somebody's label: the next one is based on it.
      if (found?.holder === identity && found.transitions === lease.transitions) lease = found;
      else lost.abort();
    }
  };

  const watching = watchdog(AbortSignal.any([lost.signal, finished.signal]));
  while (!over.aborted) {
    await sleepAtMost(clock, timing.retryMs, over);
    if (over.aborted) break;
    try {
      await renewOnce();
    } catch (error) {
      if (!lost.signal.aborted) log.warn('the lease could not be renewed yet', { error: asStashError(error) });
    }
  }
  finished.abort();
  await watching;
  return lease;
}
