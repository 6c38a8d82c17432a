import type { DatabaseSync } from 'node:sqlite';
import type { KindMap, KindName } from '../../api/kinds.ts';
import type { ObjectKey } from '../../api/object.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { ListFilter, Store, WatchEvent } from '../store.ts';
import { openDatabase } from './database.ts';
import { Statements } from './statements.ts';
import { Transactions } from './transaction.ts';
import { Wakeups } from './wakeups.ts';
import { watchChanges } from './watch.ts';
import { Writes } from './writes.ts';

interface SqliteStoreOptions {
  /** Made, with its directory, when absent. Several processes may have it open. */
  file: string;
  clock: Pick<Clock, 'now'>;
  newUid: () => string;
  /** How many deletions are remembered one by one, for watchers that are behind. */
  tombstones?: number;
}

/** The store of one machine: one SQLite file. Throws StoreUnavailable when the file cannot be used. */
export function openSqliteStore(options: SqliteStoreOptions): Store {
  return new SqliteStore(openDatabase(options.file), options);
}

const DEFAULT_TOMBSTONES = 5_000;

class SqliteStore implements Store {
  readonly #db: DatabaseSync;
  readonly #transactions: Transactions;
  readonly #sql: Statements;
  readonly #writes: Writes;
  readonly #wakeups: Wakeups;

  constructor(db: DatabaseSync, { file, clock, newUid, tombstones = DEFAULT_TOMBSTONES }: SqliteStoreOptions) {
    this.#db = db;
    this.#transactions = new Transactions(db, file);
    this.#sql = new Statements(db);
    this.#writes = new Writes(this.#sql, { clock, newUid, tombstones });
    this.#wakeups = new Wakeups(db);
  }

  get<K extends KindName>(kind: K, key: ObjectKey): Promise<KindMap[K] | undefined> {
    return this.#transactions.read(() => this.#sql.find(kind, key)?.object as KindMap[K] | undefined);
  }

  list<K extends KindName>(kind: K, filter: ListFilter<K> = {}): Promise<KindMap[K][]> {
    return this.#transactions.read(() => this.#sql.list(kind, filter) as KindMap[K][]);
  }

  view<K extends KindName>(kind: K, filter?: ListFilter<K>): Promise<readonly Readonly<KindMap[K]>[]> {
    return this.list(kind, filter);
  }

  create<K extends KindName>(kind: K, object: KindMap[K]): Promise<KindMap[K]> {
    return this.#write(() => this.#writes.create(kind, object)) as Promise<KindMap[K]>;
  }

  replace<K extends KindName>(kind: K, object: KindMap[K]): Promise<KindMap[K]> {
    return this.#write(() => this.#writes.replace(kind, object)) as Promise<KindMap[K]>;
  }

  replaceStatus<K extends KindName>(kind: K, object: KindMap[K]): Promise<KindMap[K]> {
    return this.#write(() => this.#writes.replaceStatus(kind, object)) as Promise<KindMap[K]>;
  }

  async delete<K extends KindName>(kind: K, key: ObjectKey, precondition: { uid?: string } = {}): Promise<void> {
    await this.#write(() => this.#writes.delete(kind, key, precondition));
  }

  watch<K extends KindName>(kinds: readonly K[], options: { signal: AbortSignal }): AsyncIterable<WatchEvent<K>> {
    const source = { sql: this.#sql, transactions: this.#transactions, wakeups: this.#wakeups };
    return watchChanges(source, kinds, options.signal) as AsyncIterable<WatchEvent<K>>;
  }

  /** Ends the watches. */
  close(): Promise<void> {
    this.#wakeups.close();
    if (this.#db.isOpen) this.#db.close();
    return Promise.resolve();
  }

  async #write<T>(work: () => T): Promise<T> {
    const result = await this.#transactions.write(work);
    this.#wakeups.wake();
    return result;
  }
}
