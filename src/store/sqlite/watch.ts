import type { KindName } from '../../api/kinds.ts';
import type { AnyObject } from '../../api/object.ts';
import { type Change, parseBody, type Statements } from './statements.ts';
import type { Transactions } from './transaction.ts';
import type { Wakeups } from './wakeups.ts';

interface WatchSource {
  sql: Statements;
  transactions: Transactions;
  wakeups: Wakeups;
}

type Event = { type: 'Synced' } | { type: 'Added' | 'Modified' | 'Deleted'; kind: string; object: AnyObject };

/**
 * Reads the changes page by page as the consumer asks for them, so a slow consumer costs no memory and skips intermediate states.
 * The beginning is nothing but all changes since version 0.
 */
export async function* watchChanges(source: WatchSource, kinds: readonly KindName[], signal: AbortSignal): AsyncGenerator<Event> {
  const { sql, transactions, wakeups } = source;
  const known = new Known();
  let pass = { seen: 0, start: -1, complete: false };
  let synced = false;
  while (!signal.aborted && !wakeups.closed) {
    const mark = wakeups.mark();
    const page = await transactions.read(() => ({ ...sql.versions(), changes: sql.changesAfter(pass.seen, kinds, PAGE) }));
    if (pass.start < 0) pass.start = page.latest;
    if (page.pruned > Math.max(pass.seen, pass.start)) {
      // Deletions of objects that were told of may be forgotten: go through everything again and tell what is no longer there.
      pass = { seen: 0, start: -1, complete: false };
      known.startOver();
      continue;
    }
    for (const change of page.changes) {
      pass.seen = change.version;
      const event = known.take(change);
      if (event !== undefined) yield event;
      if (signal.aborted || wakeups.closed) return;
    }
    if (page.changes.length === PAGE) continue;
    pass.seen = page.latest;
    if (!pass.complete) yield* known.missing();
    pass.complete = true;
    if (!synced) yield { type: 'Synced' };
    synced = true;
    await wakeups.after(mark, signal);
  }
}

const PAGE = 250;

/** What this watch has told of: makes Added and Modified out of changes, and Deleted for what nobody remembers. */
class Known {
  readonly #objects = new Map<string, { version: number; round: number; identity: AnyObject }>();
  #round = 0;

  startOver(): void {
    this.#round += 1;
  }

  take(change: Change): Event | undefined {
    const before = this.#objects.get(change.uid);
    if (change.gone) {
      this.#objects.delete(change.uid);
      if (before === undefined) return undefined;
      const object = parseBody(change.body, change.version);
      return { type: 'Deleted', kind: object.kind, object };
    }
    if (before?.version === change.version) {
      before.round = this.#round;
      return undefined;
    }
    const object = parseBody(change.body, change.version);
    this.#objects.set(change.uid, { version: change.version, round: this.#round, identity: identityOf(object) });
    return { type: before === undefined ? 'Added' : 'Modified', kind: object.kind, object };
  }

  /** Objects told of before `startOver` and not since. Their last state is lost: they carry metadata alone. */
  *missing(): Iterable<Event> {
    for (const [uid, { round, identity }] of this.#objects) {
      if (round === this.#round) continue;
      this.#objects.delete(uid);
      yield { type: 'Deleted', kind: identity.kind, object: identity };
    }
  }
}

function identityOf({ apiVersion, kind, metadata }: AnyObject): AnyObject {
  const { annotations: _, ...rest } = metadata;
  return structuredClone({ apiVersion, kind, metadata: rest });
}
