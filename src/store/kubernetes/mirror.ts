import type { KindName } from '../../api/kinds.ts';
import type { AnyObject, ObjectKey } from '../../api/object.ts';
import { fits } from '../fits.ts';
import type { ListFilter } from '../store.ts';
import { IndexTables } from './index-tables.ts';
import type { Feed, Listing } from './reflect.ts';
import { shareTexts } from './share-texts.ts';
import { isLater } from './versions.ts';

export interface Change {
  type: 'Added' | 'Modified' | 'Deleted';
  kind: KindName;
  object: AnyObject;
}

/**
 * The objects of one kind in memory: what a list and a watch tell of them, and what this process wrote itself, whichever is later.
 * What it hands out is its own; copying is the caller's business.
 */
export class Mirror implements Feed {
  readonly kind: KindName;
  readonly #objects = new Map<string, AnyObject>();
  readonly #tables = new IndexTables();
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #synced = Promise.withResolvers<void>();
  /**
   * Objects of which this process knows, before the watch told so, that they are gone. The watch may still tell of their past, and of
   * others of the same name before them.
   */
  readonly #gone = new Map<string, { uid: string; version: string | undefined }>();
  /** Everything up to this version has arrived. */
  #seen: string | undefined;
  #order: string[] | undefined;
  /** What came last: the next one mostly says the same. */
  #last: AnyObject | undefined;
  #complete = false;

  constructor(kind: KindName) {
    this.kind = kind;
  }

  get complete(): boolean {
    return this.#complete;
  }

  /** Resolves when there was a whole list. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  get(key: ObjectKey): AnyObject | undefined {
    return this.#objects.get(place(key.namespace, key.name));
  }

  /** By namespace, then name. */
  list(filter: ListFilter = {}): AnyObject[] {
    const { namespace, labels = {}, having } = filter;
    const found = having === undefined ? this.#labelled(labels) : this.#tables.find(having.index, having.key, this.#objects.values());
    if (found !== undefined) return [...found].filter((one) => fits(one, filter)).sort(byPlace);
    this.#order ??= [...this.#objects.keys()].sort();
    const keys = namespace === undefined ? this.#order : within(this.#order, namespace);
    return keys.flatMap((key) => this.#objects.get(key) ?? []);
  }

  /** Those that have one of these labels: the one that fewest have. */
  #labelled(labels: Readonly<Record<string, string>>): ReadonlySet<AnyObject> | undefined {
    const sets = Object.entries(labels).map(([name, value]) => this.#tables.findLabel(name, value, this.#objects.values()));
    return sets.reduce<ReadonlySet<AnyObject> | undefined>(
      (least, one) => (least === undefined || one.size < least.size ? one : least),
      undefined,
    );
  }

  /** Called with every change from now on, until the returned function is called. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  listing(version: string): Listing {
    // The server knows less than before: its data was put back from a copy, and what it says now counts.
    const restored = this.#seen !== undefined && isLater(this.#seen, version);
    if (restored) this.#gone.clear();
    const listed = new Set<string>();
    return {
      page: (objects) => {
        for (const object of objects) {
          listed.add(object.metadata.uid ?? '');
          this.#take(object, restored);
        }
      },
      done: () => {
        for (const object of [...this.#objects.values()]) {
          const { uid = '', resourceVersion } = object.metadata;
          if (!listed.has(uid) && (restored || !isLater(resourceVersion, version))) this.#remove(object);
        }
        for (const [key, gone] of this.#gone) if (!listed.has(gone.uid) && !isLater(gone.version, version)) this.#gone.delete(key);
        this.#seen = version;
        this.#complete = true;
        this.#synced.resolve();
      },
    };
  }

  changed(type: 'Changed' | 'Deleted', object: AnyObject): void {
    const { uid = '', resourceVersion } = object.metadata;
    if (type === 'Changed') this.#take(object, false);
    else {
      if (this.#gone.get(placeOf(object))?.uid === uid) this.#gone.delete(placeOf(object));
      if (this.#held(object)?.metadata.uid === uid) this.#remove(object);
    }
    this.reached(resourceVersion);
  }

  reached(version: string | undefined): void {
    if (version !== undefined && isLater(version, this.#seen)) this.#seen = version;
  }

  /** What the server answered to a write of, or a question about, this object. */
  wrote(object: AnyObject): void {
    const { resourceVersion, deletionTimestamp, finalizers = [] } = object.metadata;
    // The write that took the last finalizer away removed the object, and is answered with a version from before it. A namespace has a
    // list of its own in spec.
    if (deletionTimestamp !== undefined && finalizers.length === 0 && this.kind !== 'Namespace') this.absent(object);
    // Otherwise the watch may have been faster; what it told since then may even be that the object is gone.
    else if (this.#seen === undefined || isLater(resourceVersion, this.#seen)) this.#take(object, false);
  }

  /** The server has no such object any more; `was` is the one that it had. */
  absent(was: AnyObject): void {
    const held = this.#held(was);
    if (held === undefined || held.metadata.uid !== was.metadata.uid) return;
    const { uid = '', resourceVersion: version } = held.metadata;
    this.#gone.set(placeOf(held), { uid, version });
    this.#remove(held);
  }

  #take(object: AnyObject, anyVersion: boolean): void {
    const { uid = '', resourceVersion } = object.metadata;
    const gone = this.#gone.get(placeOf(object));
    if (gone !== undefined && (gone.uid === uid || !isLater(resourceVersion, gone.version))) return;
    const held = this.#held(object);
    if (held !== undefined && !anyVersion && !isLater(resourceVersion, held.metadata.resourceVersion)) return;
    if (held?.metadata.resourceVersion === resourceVersion && held?.metadata.uid === uid) return;
    if (held !== undefined && held.metadata.uid !== uid) this.#remove(held);
    this.#gone.delete(placeOf(object));
    const before = held?.metadata.uid === uid ? held : undefined;
    if (before === undefined) this.#order = undefined;
    else this.#tables.remove(before);
    shareTexts(object, held ?? this.#last ?? {});
    this.#last = object;
    this.#objects.set(placeOf(object), object);
    this.#tables.add(object);
    this.#tell(before === undefined ? 'Added' : 'Modified', object);
  }

  #remove(last: AnyObject): void {
    const held = this.#held(last);
    if (held === undefined) return;
    this.#tables.remove(held);
    this.#objects.delete(placeOf(held));
    this.#order = undefined;
    this.#tell('Deleted', last);
  }

  #held(object: AnyObject): AnyObject | undefined {
    return this.#objects.get(placeOf(object));
  }

  #tell(type: Change['type'], object: AnyObject): void {
    for (const listener of this.#listeners) listener({ type, kind: this.kind, object });
  }
}

function byPlace({ metadata: a }: AnyObject, { metadata: b }: AnyObject): number {
  const [left = '', right = ''] = a.namespace === b.namespace ? [a.name, b.name] : [a.namespace, b.namespace];
  return left < right ? -1 : 1;
}

function placeOf({ metadata }: AnyObject): string {
  return place(metadata.namespace ?? '', metadata.name);
}

/** Sorts by namespace first: no name holds anything that is less than the separator. */
function place(namespace: string, name: string): string {
  return `${namespace}\0${name}`;
}

/** The part of the sorted places that is in the namespace. */
function within(order: readonly string[], namespace: string): readonly string[] {
  return order.slice(firstNotBefore(order, `${namespace}\0`), firstNotBefore(order, `${namespace}\u0001`));
}

function firstNotBefore(order: readonly string[], wanted: string): number {
  let [from, to] = [0, order.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((order[middle] ?? '') < wanted) from = middle + 1;
    else to = middle;
  }
  return from;
}
