import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { StashError } from '../../errors/error.ts';
import { isBusy, storeError } from './sqlite-error.ts';

/** Runs synchronous work in transactions of one database, and keeps the event loop free while another process holds the lock. */
export class Transactions {
  readonly #db: DatabaseSync;
  readonly #file: string;

  constructor(db: DatabaseSync, file: string) {
    this.#db = db;
    this.#file = file;
  }

  /** One consistent state of the file. Never waits for writers. */
  read<T>(work: () => T): Promise<T> {
    return this.#retryBusy(() => this.#run('BEGIN', work));
  }

  /** Alone among writers. Resolves when the commit is on the disk; a rejection means that nothing was written. */
  write<T>(work: () => T): Promise<T> {
    return this.#retryBusy(() => this.#run('BEGIN IMMEDIATE', work));
  }

  #run<T>(begin: string, work: () => T): T {
    if (!this.#db.isOpen) throw new StashError('StoreUnavailable', `the store ${this.#file} is closed`);
    this.#db.exec(begin);
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      // Some errors (disk full) have already rolled back.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  async #retryBusy<T>(attempt: () => T): Promise<T> {
    for (let left = ATTEMPTS; ; left--) {
      try {
        return attempt();
      } catch (error) {
        if (!isBusy(error) || left === 0) throw storeError(error, this.#file);
      }
      await delay(PAUSE_MS);
    }
  }
}

/** With the 50 ms that SQLite itself waits: about 15 s. */
const ATTEMPTS = 200;
const PAUSE_MS = 25;
