import type { KindMap, KindName } from '../api/kinds.ts';
import type { AnyObject, ObjectKey } from '../api/object.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './log.ts';

/**
 * Brings the world to what the objects of one kind ask for. Level-triggered: `reconcile` reads what there is now and never learns
 * which change woke it; it may be called at any time and any number of times.
 */
export interface Controller {
  /** For logs and metrics, for instance `backup-session`. */
  name: string;
  /** Every change of an object of this kind wakes its own key. */
  kind: KindName;
  /**
   * Its keys go first: no other controller begins one while one of these waits. For short work whose time matters, and for no other: what
   * is urgent and slow keeps everybody waiting.
   */
  urgent?: true;
  /** Which of those changes count; all when absent. It sees each of them, and of a deleted object perhaps metadata alone. */
  concerns?: (object: AnyObject, change: 'Added' | 'Modified' | 'Deleted') => boolean;
  /** Other kinds whose changes wake keys of `kind`. */
  watches: readonly Watch[];
  /**
   * The key's object may be gone. A rejection is retried with back-off, a `TerminalError` not before something changes.
   * Ends soon after `ctx.signal` aborts.
   */
  reconcile(key: ObjectKey, ctx: ReconcileContext): Promise<Result>;
}

/** `map` names the keys that a changed object concerns. Of a deleted object it may see metadata alone. */
export type Watch = { [K in KindName]: { kind: K; map: (object: KindMap[K]) => ObjectKey[] | Promise<ObjectKey[]> } }[KindName];

interface ReconcileContext {
  signal: AbortSignal;
  clock: Clock;
  /** Names the controller and the key in every line. */
  log: Logger;
}

export type Result =
  | { type: 'done' }
  /** `why` is for the log: what is waited for. */
  | { type: 'requeueAfter'; ms: number; why: string };

export const DONE: Result = { type: 'done' };

export function requeueAfter(ms: number, why: string): Result {
  return { type: 'requeueAfter', ms, why };
}

/** Trying again cannot help until the object, or something it is woken by, changes. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
  }
}

/** A watch that wakes the owner of the given kind, as found in the object's owner references. */
export function ownerKeys(object: AnyObject, ownerKind: KindName): ObjectKey[] {
  const owners = object.metadata.ownerReferences ?? [];
  return owners.filter((owner) => owner.kind === ownerKind).map(({ name }) => ({ namespace: object.metadata.namespace ?? '', name }));
}
