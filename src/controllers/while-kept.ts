import type { KindName } from '../api/kinds.ts';
import type { ObjectKey } from '../api/object.ts';
import type { Context } from './context.ts';

const LOOK_EVERY_MS = 2_000;

/**
 * Runs `work` with a signal that also aborts once the object is marked for deletion: what is started for it, and can take minutes, must not
 * keep it. An object has one reconcile at a time, so nobody else can tell. Answers whether the work was done; throws what it throws.
 */
export async function whileKept(
  { store, clock }: Pick<Context, 'store' | 'clock'>,
  { kind, key }: { kind: KindName; key: ObjectKey },
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<'done' | 'deleted'> {
  const deleted = new AbortController();
  const ended = new AbortController();
  const look = async () => {
    for (;;) {
      await clock.sleep(LOOK_EVERY_MS, ended.signal);
      if (ended.signal.aborted) return;
      // A store that does not answer now says nothing; it is asked again.
      const kept = await store.get(kind, key).then(
        (object) => object !== undefined && object.metadata.deletionTimestamp === undefined,
        () => true,
      );
      if (!kept) return deleted.abort();
    }
  };
  const looking = look();
  try {
    await work(AbortSignal.any([signal, deleted.signal]));
    return 'done';
  } catch (thrown) {
    if (deleted.signal.aborted && !signal.aborted) return 'deleted';
    throw thrown;
  } finally {
    ended.abort();
    await looking;
  }
}
