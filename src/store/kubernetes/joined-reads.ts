/**
 * Questions that many ask at a time, each answered once: whoever asks while a read of the same is under way waits for the next one, with all
 * others who do. So every answer is from after the question, and none is kept.
 */
export class JoinedReads {
  readonly #reads = new Map<string, Read>();

  /** `read` is the same for all who ask for `what`; so is what they get. */
  ask<T>(what: string, read: () => Promise<T>): Promise<T> {
    const open = this.#reads.get(what);
    if (open === undefined) return this.#begin(what, read);
    const next = () => this.#begin(what, read);
    open.next ??= open.running.then(next, next);
    // The same read, and so of the same type.
    return open.next as Promise<T>;
  }

  #begin<T>(what: string, read: () => Promise<T>): Promise<T> {
    const entry: Read = { running: read() };
    this.#reads.set(what, entry);
    const end = () => {
      // Who waits for the next one has it put here.
      if (entry.next === undefined) this.#reads.delete(what);
    };
    entry.running.then(end, end);
    return entry.running as Promise<T>;
  }
}

interface Read {
  running: Promise<unknown>;
  next?: Promise<unknown>;
}
