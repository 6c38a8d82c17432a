import type { Clock } from './clock.ts';
import { Delays } from './delays.ts';

interface QueueOptions {
  clock: Clock;
  /** How many keys are worked on at a time. */
  concurrency: number;
  backOff: BackOff;
  /** While this says so no key is begun; `goOn` looks again. Never, unless given. */
  holdsBack?: () => boolean;
  /** No key is waiting any more. */
  onNoneWaiting?: () => void;
  /** What is done for a key; the signal aborts when the queue stops. A rejection counts as `retry`. */
  work: (key: string, signal: AbortSignal) => Promise<void>;
}

/** The n-th retry in a row waits `firstMs * 2^(n-1)`, at most `longestMs`. */
export interface BackOff {
  firstMs: number;
  longestMs: number;
}

/**
 * A set of keys to be worked on, oldest first. A key is worked on by one worker at a time; a key that is added while it waits is not
 * added twice; a key added while it is worked on is worked on once more afterwards. Keeps nothing of a key that is done.
 */
export class WorkQueue {
  readonly #options: QueueOptions;
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #delayed: Delays;
  readonly #failures = new Map<string, number>();
  readonly #stop = new AbortController();

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#delayed = new Delays(options.clock, (key) => this.add(key));
  }

  add(key: string): void {
    if (this.#stop.signal.aborted) return;
    if (this.#running.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
    this.goOn();
  }

  /** Adds the key after that time on either clock (see `Delays`). Of two delayed adds of a key the earlier one stays. */
  addAfter(key: string, ms: number): void {
    if (this.#stop.signal.aborted) return;
    if (ms <= 0) this.add(key);
    else this.#delayed.add(key, ms);
  }

  /** Adds the key after its back-off and returns how long that is, in milliseconds. `forget` starts the back-off anew. */
  retry(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    const { firstMs, longestMs } = this.#options.backOff;
    const ms = Math.min(longestMs, firstMs * 2 ** failures);
    if (!this.#stop.signal.aborted) this.#failures.set(key, failures + 1);
    this.addAfter(key, ms);
    return ms;
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  get hasWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** What there is of each, for metrics and tests. */
  size(): { waiting: number; running: number; delayed: number; failing: number } {
    return {
      waiting: this.#waiting.size + this.#again.size,
      running: this.#running.size,
      delayed: this.#delayed.size,
      failing: this.#failures.size,
    };
  }

  /** Takes no more keys, aborts the workers' signal and resolves when the last worker has ended. May be called again. */
  async stop(): Promise<void> {
    this.#stop.abort();
    for (const keys of [this.#waiting, this.#again, this.#delayed, this.#failures]) keys.clear();
    await Promise.all(this.#running.values());
  }

  /** To be called when `holdsBack` may have changed. */
  goOn(): void {
    const { concurrency, holdsBack, onNoneWaiting } = this.#options;
    if (holdsBack?.() === true) return;
    for (const key of this.#waiting) {
      if (this.#running.size >= concurrency) return;
      this.#waiting.delete(key);
      this.#running.set(key, this.#run(key));
      if (this.#waiting.size === 0) onNoneWaiting?.();
    }
  }

  async #run(key: string): Promise<void> {
    // The first turn is given away so that `add` returns before any work begins.
    await Promise.resolve();
    try {
      await this.#options.work(key, this.#stop.signal);
    } catch {
      this.retry(key);
    }
    this.#running.delete(key);
    if (this.#again.delete(key)) this.#waiting.add(key);
    this.goOn();
  }
}
