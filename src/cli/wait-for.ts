import type { KindMap, KindName } from '../api/kinds.ts';
import type { ObjectKey } from '../api/object.ts';
import { StashError } from '../errors/error.ts';
import type { Store } from '../store/store.ts';
import type { Cli } from './cli.ts';

interface WaitOptions<K extends KindName> {
  kind: K;
  key: ObjectKey;
  /** Milliseconds; absent: as long as it takes. */
  timeoutMs?: number | undefined;
  /** Called with each state seen. Undefined: the object is gone, and `last` is how it was, if that is known. Returning true ends the wait. */
  until: (object: KindMap[K] | undefined, last?: KindMap[K]) => boolean;
  /** For the text of TimedOut, after "waited 5m for". */
  what: string;
}

/**
 * Watches one object until it is as wanted and returns it then (undefined when it is gone). TimedOut after the time given;
 * Interrupted on Ctrl-C: the wait ends, not the work.
 */
export async function waitFor<K extends KindName>(
  cli: Pick<Cli, 'signal'>,
  store: Store,
  options: WaitOptions<K>,
): Promise<KindMap[K] | undefined> {
  const { kind, key, timeoutMs, until } = options;
  const stop = new AbortController();
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => stop.abort(), timeoutMs);
  try {
    const signal = AbortSignal.any([stop.signal, cli.signal]);
    let last: KindMap[K] | undefined;
    for await (const event of store.watch([kind], { signal, namespace: key.namespace })) {
      if (event.type !== 'Synced') {
        if (event.object.metadata.name !== key.name || (event.object.metadata.namespace ?? '') !== key.namespace) continue;
        last = event.type === 'Deleted' ? undefined : event.object;
        if (event.type === 'Deleted' ? until(undefined, event.object) : until(event.object)) return last;
      } else if (last === undefined && until(undefined)) return undefined;
    }
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
  if (cli.signal.aborted) throw new StashError('Interrupted', `stopped waiting for ${options.what}`);
  throw new StashError('TimedOut', `waited ${Math.round((timeoutMs ?? 0) / 1000)} s for ${options.what}`);
}
