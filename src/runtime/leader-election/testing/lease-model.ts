import { StashError } from '../../../errors/error.ts';
import type { Clock } from '../../clock.ts';
import type { Lease, LeaseClient } from '../lease.ts';

/** A lease on a server that compares versions, reached over a network that is slow, loses requests, and loses answers. */
export class LeaseModel {
  readonly #clock: Clock;
  readonly #random: () => number;
  #stored: Lease | undefined;
  #version = 0;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  get stored(): Lease | undefined {
    return this.#stored;
  }

  /** Somebody deletes it. */
  delete(): void {
    this.#stored = undefined;
  }

  /** One process's way to it, which is closed at times. */
  client(): LeaseClient {
    let closedUntil = 0;
    const call = async <T>(signal: AbortSignal, work: () => T): Promise<T> => {
      if (this.#random() < 0.03) closedUntil = this.#clock.monotonic() + this.#random() * 40_000;
      await this.#clock.sleep(closedUntil - this.#clock.monotonic(), signal);
      return await this.#call(signal, work);
    };
    return {
      read: (signal) => call(signal, () => this.#stored),
      create: (lease, signal) =>
        call(signal, () => {
          if (this.#stored !== undefined) throw new StashError('AlreadyExists', 'there is one');
          return this.#store(lease);
        }),
      update: (lease, signal) =>
        call(signal, () => {
          if (this.#stored?.version !== lease.version) throw new StashError('Conflict', 'it has another version');
          return this.#store(lease);
        }),
    };
  }

  #store(lease: Omit<Lease, 'version'>): Lease {
    this.#stored = { ...lease, version: String(++this.#version) };
    return this.#stored;
  }

  async #call<T>(signal: AbortSignal, work: () => T): Promise<T> {
    const fate = this.#random();
    await this.#travel(signal);
    if (fate < 0.1) throw new StashError('StoreUnavailable', 'the request was lost');
    const result = work();
    await this.#travel(signal);
    if (fate < 0.2) throw new StashError('StoreUnavailable', 'the answer was lost');
    return result;
  }

  /** Mostly fast, sometimes for longer than any deadline. */
  async #travel(signal: AbortSignal): Promise<void> {
    const slow = this.#random() < 0.1;
    await this.#clock.sleep(this.#random() * (slow ? 30_000 : 300), signal);
    if (signal.aborted) throw new StashError('StoreUnavailable', 'aborted');
  }
}
