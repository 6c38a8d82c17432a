import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Tells watchers that there may be changes: at once for this store's own, within `POLL_MS` for those of other connections. */
export class Wakeups {
  readonly #dataVersion: StatementSync;
  readonly #sleeping = new Set<() => void>();
  #changes = 0;
  #closed = false;
  #poll: NodeJS.Timeout | undefined;
  #version: number | undefined;

  constructor(db: DatabaseSync) {
    this.#dataVersion = db.prepare('PRAGMA data_version');
    this.#version = this.#readVersion();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Read before looking for changes, and given to `after`: a change between the two is not slept through. */
  mark(): number {
    return this.#changes;
  }

  /** Resolves after a change since `mark`, or when the signal aborts or the store is closed. */
  after(mark: number, signal: AbortSignal): Promise<void> {
    if (this.#changes !== mark || this.#closed || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        this.#sleeping.delete(end);
        signal.removeEventListener('abort', end);
        if (this.#sleeping.size === 0) this.#stopPolling();
        resolve();
      };
      this.#sleeping.add(end);
      signal.addEventListener('abort', end);
      this.#poll ??= setInterval(() => this.#look(), POLL_MS);
    });
  }

  wake(): void {
    this.#changes += 1;
    for (const end of this.#sleeping) end();
  }

  close(): void {
    this.#closed = true;
    this.wake();
  }

  #look(): void {
    const now = this.#readVersion();
    if (now !== undefined && now === this.#version) return;
    this.#version = now;
    this.wake();
  }

  /** Differs when another connection has committed. Undefined when it cannot be read: the watchers' own reads then say why. */
  #readVersion(): number | undefined {
    try {
      return Number(this.#dataVersion.get()?.data_version);
    } catch {
      return undefined;
    }
  }

  #stopPolling(): void {
    clearInterval(this.#poll);
    this.#poll = undefined;
  }
}

const POLL_MS = 50;
