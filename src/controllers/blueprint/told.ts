/** What was said about each key at its last look, so that the same is not said at every one. Nothing is kept of what is in order. */
export class Told {
  readonly #known = new Map<string, ReadonlySet<string>>();

  /** Those that were not said the last time; from now on these are the last. */
  fresh(key: string, texts: readonly string[]): string[] {
    const before = this.#known.get(key);
    if (texts.length === 0) this.#known.delete(key);
    else this.#known.set(key, new Set(texts));
    return texts.filter((text) => before?.has(text) !== true);
  }
}
