import type { KindMap, KindName } from '../api/kinds.ts';
import type { ObjectKey } from '../api/object.ts';

/**
 * What controllers and the CLI need of an object store; the rest of a Kubernetes API is left out on purpose.
 * Both implementations pass the same suite (`conformance.ts`).
 *
 * Contract:
 * - a write that was acknowledged survives the death of this process and of the machine's power;
 * - objects returned are the caller's own copies, but for those of `view`;
 * - errors are `StashError` with codes NotFound, AlreadyExists, Conflict, Invalid or StoreUnavailable.
 */
export interface Store {
  /** Undefined when there is no such object. */
  get<K extends KindName>(kind: K, key: ObjectKey): Promise<KindMap[K] | undefined>;
  /** Sorted by namespace, then name. */
  list<K extends KindName>(kind: K, filter?: ListFilter<K>): Promise<KindMap[K][]>;
  /**
   * As `list`, for readers that change nothing of what they get: a store that holds its objects in memory does not copy them, which for
   * lists of hundreds is most of the work. What was got stays as it is; a change makes another object.
   */
  view<K extends KindName>(kind: K, filter?: ListFilter<K>): Promise<readonly Readonly<KindMap[K]>[]>;
  /** Sets uid, resourceVersion, generation 1 and creationTimestamp; drops status. AlreadyExists when the name is taken. */
  create<K extends KindName>(kind: K, object: KindMap[K]): Promise<KindMap[K]>;
  /**
   * Replaces spec, labels, annotations, finalizers and owner references; status is left as it is. `metadata.resourceVersion`
   * must be the stored one (Conflict otherwise). Generation grows only when spec changed. An equal object is not written.
   * Removing the last finalizer of an object under deletion removes the object.
   */
  replace<K extends KindName>(kind: K, object: KindMap[K]): Promise<KindMap[K]>;
  /** Replaces status alone, with the same precondition. An equal status is not written. */
  replaceStatus<K extends KindName>(kind: K, object: KindMap[K]): Promise<KindMap[K]>;
  /**
   * Removes the object, or sets deletionTimestamp while finalizers are left; objects it owns follow once it is gone. NotFound when absent.
   */
  delete<K extends KindName>(kind: K, key: ObjectKey, precondition?: { uid?: string }): Promise<void>;
  /**
   * First an event `Added` for each object there is, then `Synced`, then every change in order, until the signal. A change is seen
   * at least in its latest state (intermediate states may be left out); a reconnect is the store's own affair. With a namespace, objects of
   * others may be left out.
   */
  watch<K extends KindName>(kinds: readonly K[], options: { signal: AbortSignal; namespace?: string }): AsyncIterable<WatchEvent<K>>;
  close(): Promise<void>;
}

export interface ListFilter<K extends KindName = KindName> {
  namespace?: string;
  /** Every pair must be present. */
  labels?: Record<string, string>;
  /** The objects that have this key in the index. */
  having?: { index: Index<K>; key: string };
}

/**
 * Finds objects by what is in them. A store that holds its objects in memory keeps a table for each index from the first time it is asked
 * for, so that a list costs what it finds and not what there is; an index is a constant of its module.
 */
export interface Index<K extends KindName> {
  keysOf(object: KindMap[K]): readonly string[];
}

export type WatchEvent<K extends KindName = KindName> =
  | { type: 'Synced' }
  | { [N in K]: { type: 'Added' | 'Modified' | 'Deleted'; kind: N; object: KindMap[N] } }[K];
