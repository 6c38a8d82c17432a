import { KINDS, type KindMap, type KindName } from '../../api/kinds.ts';
import { type AnyObject, keyOf, keyText, type ObjectKey } from '../../api/object.ts';
import { isCode, StashError } from '../../errors/error.ts';
import { fits } from '../fits.ts';
import type { ListFilter, Store, WatchEvent } from '../store.ts';
import type { Connection } from './connection.ts';
import { incoming } from './incoming.ts';
import { listAll } from './list-pages.ts';
import { Mirror } from './mirror.ts';
import { requireWritable, toCreate, toReplace } from './outgoing.ts';
import { type ReflectOptions, reflect } from './reflect.ts';
import { acceptOf, collectionPath, objectPath, resourceOf } from './resource.ts';
import { unlessGone } from './unless-gone.ts';
import { watchMirrors } from './watch-mirrors.ts';

/** `namespace`: lists and watches are of this namespace alone, for accounts that may see no other. */
type KubernetesStoreOptions = ReflectOptions;

/**
 * A store whose every read and write is a request to the API server; for programs that end soon. The one that runs on has
 * `openCachedStore`. The connection stays the caller's: `close` ends the watches.
 */
export function openKubernetesStore(options: KubernetesStoreOptions): Store {
  return new KubernetesStore(options);
}

class KubernetesStore implements Store {
  readonly #connection: Connection;
  readonly #options: KubernetesStoreOptions;
  readonly #closed = new AbortController();

  constructor(options: KubernetesStoreOptions) {
    this.#connection = options.connection;
    this.#options = options;
  }

  async get<K extends KindName>(kind: K, key: ObjectKey): Promise<KindMap[K] | undefined> {
    return await unlessGone(this.#send(kind, key, 'GET', { what: 'read', path: objectPath(resourceOf(kind), key) }));
  }

  async list<K extends KindName>(kind: K, filter: ListFilter<K> = {}): Promise<KindMap[K][]> {
    this.#requireOpen();
    const { namespace = this.#options.namespace, labels } = filter;
    const { pageSize = PAGE_SIZE } = this.#options;
    const found = await listAll(this.#connection, kind, { namespace, labels, pageSize });
    return found.filter((one) => fits(one, filter)).sort(byKey) as KindMap[K][];
  }

  view<K extends KindName>(kind: K, filter?: ListFilter<K>): Promise<readonly Readonly<KindMap[K]>[]> {
    return this.list(kind, filter);
  }

  create<K extends KindName>(kind: K, object: KindMap[K]): Promise<KindMap[K]> {
    return this.#write(kind, object, 'POST', (key) => ({
      what: 'create',
      path: collectionPath(resourceOf(kind), key.namespace),
      body: toCreate(kind, object),
    }));
  }

  replace<K extends KindName>(kind: K, object: KindMap[K]): Promise<KindMap[K]> {
    return this.#replace(kind, object, '');
  }

  replaceStatus<K extends KindName>(kind: K, object: KindMap[K]): Promise<KindMap[K]> {
    return this.#replace(kind, object, '/status');
  }

  async delete<K extends KindName>(kind: K, key: ObjectKey, { uid }: { uid?: string } = {}): Promise<void> {
    requireWritable(kind);
    const body = { propagationPolicy: 'Background', ...(uid === undefined ? {} : { preconditions: { uid } }) };
    await this.#send(kind, key, 'DELETE', { what: 'delete', path: objectPath(resourceOf(kind), key), body });
  }

  async *watch<K extends KindName>(
    kinds: readonly K[],
    { signal, namespace = this.#options.namespace }: { signal: AbortSignal; namespace?: string },
  ): AsyncGenerator<WatchEvent<K>> {
    const stop = new AbortController();
    const both = AbortSignal.any([signal, this.#closed.signal]);
    const mirrors = [...new Set(kinds)].map((kind) => new Mirror(kind));
    const options = { ...this.#options, ...(namespace === undefined ? {} : { namespace }) };
    const reflected = mirrors.map((mirror) => reflect(mirror.kind, mirror, options, AbortSignal.any([both, stop.signal])));
    try {
      yield* watchMirrors(mirrors, both) as AsyncGenerator<WatchEvent<K>>;
    } finally {
      stop.abort();
      await Promise.all(reflected);
    }
  }

  close(): Promise<void> {
    this.#closed.abort();
    return Promise.resolve();
  }

  async #replace<K extends KindName>(kind: K, object: KindMap[K], sub: '' | '/status'): Promise<KindMap[K]> {
    try {
      return await this.#write(kind, object, 'PUT', (key) => ({
        what: sub === '' ? 'replace' : 'replace the status of',
        path: `${objectPath(resourceOf(kind), key)}${sub}`,
        body: toReplace(kind, object),
      }));
    } catch (error) {
      // With a uid the server says "conflict" of what is not there, since nothing has that uid.
      if (
        isCode(error, 'Conflict') &&
        error.message.includes('UID in precondition') &&
        (await this.get(kind, keyOf(object))) === undefined
      ) {
        throw new StashError('NotFound', `${kind} ${keyText(keyOf(object))} is not there any more`, { cause: error });
      }
      throw error;
    }
  }

  async #write<K extends KindName>(
    kind: K,
    object: KindMap[K],
    method: 'POST' | 'PUT',
    make: (key: ObjectKey) => Sent,
  ): Promise<KindMap[K]> {
    const key = keyOf(object);
    return await this.#send(kind, key, method, make(key));
  }

  async #send<K extends KindName>(
    kind: K,
    key: ObjectKey,
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    { what, path, body }: Sent,
  ): Promise<KindMap[K]> {
    this.#requireOpen();
    const answer = await this.#connection.send<AnyObject>({
      what: `${what} ${kind} ${keyText(key)}`,
      method,
      path,
      body,
      accept: acceptOf(kind),
    });
    return incoming(KINDS[kind], answer.body) as KindMap[K];
  }

  #requireOpen(): void {
    if (this.#closed.signal.aborted) throw new StashError('StoreUnavailable', 'the store is closed');
  }
}

interface Sent {
  /** The verb, for messages. */
  what: string;
  path: string;
  body?: unknown;
}

const PAGE_SIZE = 500;

/** The server's order takes the separator between namespace and name into account. */
function byKey({ metadata: a }: AnyObject, { metadata: b }: AnyObject): number {
  const [left = '', right = ''] = a.namespace === b.namespace ? [a.name, b.name] : [a.namespace, b.namespace];
  return left < right ? -1 : Number(left > right);
}
