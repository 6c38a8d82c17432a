import { keyOf, keyText } from '../../src/api/object.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Connection } from '../../src/store/kubernetes/connection.ts';
import { openKubernetesStore } from '../../src/store/kubernetes/kubernetes-store.ts';
import { collectionPath, resourceOf } from '../../src/store/kubernetes/resource.ts';

/** Unix milliseconds at which each session was seen, by its name. */
interface Seen {
  begun: Map<string, number>;
  succeeded: Map<string, number>;
}

const LONGEST_MS = 600_000;

/** Watches every BackupSession until `isEnough`, and does `during` meanwhile; a session that fails ends it with an error. */
export async function observe(connection: Connection, isEnough: (seen: Seen) => boolean, during?: () => Promise<void>): Promise<Seen> {
  const seen: Seen = { begun: new Map(), succeeded: new Map() };
  const store = openKubernetesStore({ connection, clock: systemClock, random: Math.random });
  const stop = new AbortController();
  const deadline = setTimeout(() => stop.abort(), LONGEST_MS);
  let done: Promise<void> | undefined;
  try {
    for await (const event of store.watch(['BackupSession'], { signal: stop.signal })) {
      if (event.type === 'Synced') {
        done ??= during?.();
        continue;
      }
      const { status } = event.object;
      const name = keyText(keyOf(event.object));
      if (event.type === 'Added') seen.begun.set(name, Date.now());
      if (status?.phase === 'Succeeded' && !seen.succeeded.has(name)) seen.succeeded.set(name, Date.now());
      if (status?.phase === 'Failed') throw new Error(`${name} failed: ${status.message}`);
      if (isEnough(seen)) stop.abort();
    }
    await done;
  } finally {
    clearTimeout(deadline);
    await store.close();
  }
  if (!isEnough(seen)) throw new Error(`after 10 minutes ${seen.begun.size} sessions had begun and ${seen.succeeded.size} succeeded`);
  return seen;
}

/** Watches every BackupSession and looks at nothing; resolves once the API server has begun to tell. */
export async function watchBlindly(connection: Connection): Promise<{ stop(): Promise<void> }> {
  const stop = new AbortController();
  const chunks = connection.bytes({
    what: 'watch BackupSessions',
    method: 'GET',
    path: collectionPath(resourceOf('BackupSession'), undefined),
    query: { watch: true, allowWatchBookmarks: true, sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' },
    signal: stop.signal,
  });
  const first = await chunks[Symbol.asyncIterator]().next();
  if (first.done) throw new Error('the API server ended a watch at once');
  const drained = drain(chunks, stop.signal);
  return {
    stop: async () => {
      stop.abort();
      await drained;
      await connection.close();
    },
  };
}

async function drain(chunks: AsyncIterable<unknown>, signal: AbortSignal): Promise<void> {
  try {
    for await (const _ of chunks);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** In milliseconds after `since`: what the share `of` them, from 0 to 1, did not exceed. */
export function percentile(times: Map<string, number>, since: number, of: number): number {
  const sorted = [...times.values()].sort((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * of))] ?? Number.NaN) - since;
}
