import { type Clock, RECHECK_MS } from './clock.ts';

/**
 * Keys that are told about after a time of their own, on either clock as `sleepAtMost` has it. All of them share one sleep: thousands of
 * keys that wait for hours cost little more than their names.
 */
export class Delays {
  readonly #clock: Clock;
  readonly #onDue: (key: string) => void;
  readonly #keys = new Map<string, { due: number; wallDue: number }>();
  /** The sleep that is under way, and its end on the monotonic clock. */
  #sleep: { until: number; end: AbortController } | undefined;

  constructor(clock: Clock, onDue: (key: string) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#keys.size;
  }

  /** Of two times of a key the earlier one stays. */
  add(key: string, ms: number): void {
    const due = this.#clock.monotonic() + ms;
    const other = this.#keys.get(key);
    if (other !== undefined && other.due <= due) return;
    this.#keys.set(key, { due, wallDue: this.#clock.now().getTime() + ms });
    if (this.#sleep === undefined) void this.#run();
    else if (due < this.#sleep.until) this.#sleep.end.abort();
  }

  /** Forgets every key. */
  clear(): void {
    this.#keys.clear();
    this.#sleep?.end.abort();
  }

  async #run(): Promise<void> {
    for (let left = this.#tellDue(); left !== undefined; left = this.#tellDue()) {
      const ms = Math.min(left, RECHECK_MS);
      this.#sleep = { until: this.#clock.monotonic() + ms, end: new AbortController() };
      await this.#clock.sleep(ms, this.#sleep.end.signal);
    }
    this.#sleep = undefined;
  }

  /** Answers how long the next one has to wait; undefined when there is none. */
  #tellDue(): number | undefined {
    const [now, wallNow] = [this.#clock.monotonic(), this.#clock.now().getTime()];
    const left = ({ due, wallDue }: { due: number; wallDue: number }) => Math.min(due - now, wallDue - wallNow);
    for (const [key, one] of this.#keys) {
      if (left(one) > 0) continue;
      this.#keys.delete(key);
      this.#onDue(key);
    }
    let least: number | undefined;
    for (const one of this.#keys.values()) least = Math.min(least ?? Number.POSITIVE_INFINITY, left(one));
    return least;
  }
}
