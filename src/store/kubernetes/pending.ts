import type { Change } from './mirror.ts';

/**
 * What a consumer has not yet been told, with the latest state of each object alone: a slow consumer costs no memory and skips
 * intermediate states. The changes between which it was told nothing are told as one.
 */
export class Pending {
  readonly #changes = new Map<string, Change>();
  #beginning = true;
  #wake: (() => void) | undefined;

  push(change: Change): void {
    const uid = change.object.metadata.uid ?? '';
    const before = this.#changes.get(uid);
    const both = before === undefined ? change : together(before, change);
    // What there is comes before `Synced`, whatever happens to it meanwhile; after that the order is that of the latest changes.
    if (!this.#beginning || both === undefined) this.#changes.delete(uid);
    if (both !== undefined) this.#changes.set(uid, both);
    this.#wake?.();
  }

  /** The beginning has been told. */
  begun(): void {
    this.#beginning = false;
  }

  take(): Change | undefined {
    for (const [uid, change] of this.#changes) {
      this.#changes.delete(uid);
      return change;
    }
    return undefined;
  }

  get size(): number {
    return this.#changes.size;
  }

  /** Resolves when there is something to take, or after `nudge`. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
      if (this.#changes.size > 0) this.#wake();
    });
  }

  nudge(): void {
    this.#wake?.();
  }
}

/** Undefined when the consumer has nothing to know: it came and went. */
function together(before: Change, after: Change): Change | undefined {
  if (after.type === 'Deleted') return before.type === 'Added' ? undefined : after;
  return { ...after, type: before.type === 'Added' ? 'Added' : 'Modified' };
}
