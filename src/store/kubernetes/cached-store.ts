import { isDeepStrictEqual } from 'node:util';
import type { KindMap, KindName } from '../../api/kinds.ts';
import { type AnyObject, keyOf, keyText, type ObjectKey } from '../../api/object.ts';
import { isCode, StashError } from '../../errors/error.ts';
import type { ListFilter, Store, WatchEvent } from '../store.ts';
import { JoinedReads } from './joined-reads.ts';
import { openKubernetesStore } from './kubernetes-store.ts';
import { Mirror } from './mirror.ts';
import { ownCopy } from './own-copy.ts';
import { type ReflectOptions, reflect } from './reflect.ts';
import { changesNothing } from './unchanged.ts';
import { watchMirrors } from './watch-mirrors.ts';

interface CachedStoreOptions extends ReflectOptions {
  /** Watched from the beginning, and read from memory. Other kinds are read from the server each time. */
  kinds: readonly KindName[];
}

export interface CachedView extends Store {
  /** As `view`, at once, of a cached kind; empty before the first whole list. */
  held<K extends KindName>(kind: K): readonly Readonly<KindMap[K]>[];
}

/**
 * The store of a program that runs on, as the operator: one watch a kind, reads from memory. What this store wrote, its next read shows;
 * what others wrote, it shows a moment later. Reads wait for the first whole list. A watch tells of the cached kinds alone: a controller
 * that names another (Secret) is not woken by it.
 */
export function openCachedStore(options: CachedStoreOptions): CachedView {
  return new CachedStore(options);
}

class CachedStore implements CachedView {
  readonly #direct: Store;
  readonly #reads = new JoinedReads();
  readonly #mirrors: ReadonlyMap<KindName, Mirror>;
  readonly #closed = new AbortController();
  readonly #ended: Promise<void>;
  readonly #reflected: Promise<unknown>;

  constructor(options: CachedStoreOptions) {
    this.#direct = openKubernetesStore(options);
    this.#ended = aborted(this.#closed.signal);
    this.#mirrors = new Map(options.kinds.map((kind) => [kind, new Mirror(kind)]));
    this.#reflected = Promise.all([...this.#mirrors.values()].map((mirror) => reflect(mirror.kind, mirror, options, this.#closed.signal)));
  }

  async get<K extends KindName>(kind: K, key: ObjectKey): Promise<KindMap[K] | undefined> {
    const mirror = await this.#mirror(kind);
    if (mirror !== undefined) return ownCopy(mirror.get(key)) as KindMap[K] | undefined;
    return ownCopy(await this.#reads.ask(`${kind}/${keyText(key)}`, () => this.#direct.get(kind, key)));
  }

  async list<K extends KindName>(kind: K, filter?: ListFilter<K>): Promise<KindMap[K][]> {
    const mirror = await this.#mirror(kind);
    return mirror === undefined ? await this.#direct.list(kind, filter) : (ownCopy(mirror.list(filter)) as KindMap[K][]);
  }

  async view<K extends KindName>(kind: K, filter?: ListFilter<K>): Promise<readonly Readonly<KindMap[K]>[]> {
    const mirror = await this.#mirror(kind);
    return mirror === undefined ? await this.#direct.list(kind, filter) : (mirror.list(filter) as KindMap[K][]);
  }

  held<K extends KindName>(kind: K): readonly Readonly<KindMap[K]>[] {
    return (this.#mirrors.get(kind)?.list() ?? []) as KindMap[K][];
  }

  create<K extends KindName>(kind: K, object: KindMap[K]): Promise<KindMap[K]> {
    return this.#write(kind, object, () => this.#direct.create(kind, object));
  }

  async replace<K extends KindName>(kind: K, object: KindMap[K]): Promise<KindMap[K]> {
    const held = await this.#held(kind, object);
    if (held !== undefined && changesNothing(held, object)) return ownCopy(held);
    return await this.#write(kind, object, () => this.#direct.replace(kind, object));
  }

  async replaceStatus<K extends KindName>(kind: K, object: KindMap[K]): Promise<KindMap[K]> {
    const held = await this.#held(kind, object);
    if (held !== undefined && isDeepStrictEqual(held.status, asJson(object.status))) return ownCopy(held);
    return await this.#write(kind, object, () => this.#direct.replaceStatus(kind, object));
  }

  async delete<K extends KindName>(kind: K, key: ObjectKey, precondition?: { uid?: string }): Promise<void> {
    const mirror = await this.#mirror(kind);
    if (mirror === undefined) return await this.#direct.delete(kind, key, precondition);
    // Deleted by uid, so that it is known which object must not appear again when the watch tells of its past.
    if (mirror.get(key) === undefined) await this.#look(mirror, key);
    for (let attempt = 1; ; attempt++) {
      const uid = precondition?.uid ?? mirror.get(key)?.metadata.uid;
      try {
        return await this.#direct.delete(kind, key, uid === undefined ? {} : { uid });
      } catch (error) {
        const remade = precondition?.uid === undefined && attempt < MOST_REMADE && isCode(error, 'Conflict');
        if (!remade) throw error;
      } finally {
        await this.#look(mirror, key);
      }
    }
  }

  async *watch<K extends KindName>(kinds: readonly K[], { signal }: { signal: AbortSignal }): AsyncGenerator<WatchEvent<K>> {
    const mirrors = kinds.flatMap((kind) => this.#mirrors.get(kind) ?? []);
    yield* watchMirrors(mirrors, AbortSignal.any([signal, this.#closed.signal])) as AsyncGenerator<WatchEvent<K>>;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#reflected;
    await this.#direct.close();
  }

  /** Whatever comes of the write, the next read is at least as new as what the server answered. */
  async #write<K extends KindName>(kind: K, object: KindMap[K], write: () => Promise<KindMap[K]>): Promise<KindMap[K]> {
    const mirror = await this.#mirror(kind);
    try {
      const written = await write();
      mirror?.wrote(ownCopy(written));
      return written;
    } catch (error) {
      // Somebody else was faster, and the watch has not told of it yet: whoever tries again must see it.
      if (mirror !== undefined && isCode(error, 'Conflict', 'AlreadyExists', 'NotFound')) await this.#look(mirror, keyOf(object));
      throw error;
    }
  }

  async #look(mirror: Mirror, key: ObjectKey): Promise<void> {
    const before = mirror.get(key);
    const found: AnyObject | undefined = await this.#direct.get(mirror.kind, key);
    if (found !== undefined) mirror.wrote(found);
    else if (before !== undefined) mirror.absent(before);
  }

  /** The very version that a change is based on, if it is in memory. */
  async #held<K extends KindName>(kind: K, given: KindMap[K]): Promise<KindMap[K] | undefined> {
    const held = (await this.#mirror(kind))?.get(keyOf(given));
    const { uid, resourceVersion } = given.metadata;
    return held?.metadata.uid === uid && held?.metadata.resourceVersion === resourceVersion ? (held as KindMap[K]) : undefined;
  }

  async #mirror(kind: KindName): Promise<Mirror | undefined> {
    const mirror = this.#mirrors.get(kind);
    if (mirror !== undefined && !mirror.complete) await Promise.race([mirror.synced, this.#ended]);
    if (this.#closed.signal.aborted) throw new StashError('StoreUnavailable', 'the store is closed');
    return mirror;
  }
}

const MOST_REMADE = 5;

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function asJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
