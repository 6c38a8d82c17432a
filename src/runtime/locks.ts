/** Work that has a key in common is done one after the other, in the order of asking; the rest side by side. */
export class Locks {
  readonly #last = new Map<string, Promise<void>>();

  run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    // Asks for all keys at once: nobody can wait for one while holding another that somebody before it wants.
    const result = Promise.all(keys.map((key) => this.#last.get(key))).then(work);
    const ended: Promise<void> = result.then(
      () => this.#forget(keys, ended),
      () => this.#forget(keys, ended),
    );
    for (const key of keys) this.#last.set(key, ended);
    return result;
  }

  #forget(keys: readonly string[], ended: Promise<void>): void {
    for (const key of keys) if (this.#last.get(key) === ended) this.#last.delete(key);
  }
}
