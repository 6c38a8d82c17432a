import type { AnyObject } from '../../api/object.ts';

interface AnyIndex {
  keysOf(object: never): readonly string[];
}

/** Tables by which objects of one kind are found. Each is made the first time it is asked for: programs ask for few, always the same. */
export class IndexTables {
  readonly #tables = new Map<AnyIndex, Map<string, Set<AnyObject>>>();
  readonly #labels = new Map<string, AnyIndex>();

  /** `all` is gone through when the index is asked for the first time. */
  find(index: AnyIndex, key: string, all: Iterable<AnyObject>): ReadonlySet<AnyObject> {
    let table = this.#tables.get(index);
    if (table === undefined) {
      table = new Map();
      this.#tables.set(index, table);
      for (const object of all) insert(table, keysOf(index, object), object);
    }
    return table.get(key) ?? NONE;
  }

  findLabel(name: string, value: string, all: Iterable<AnyObject>): ReadonlySet<AnyObject> {
    let index = this.#labels.get(name);
    if (index === undefined) {
      index = { keysOf: ({ metadata }: AnyObject) => [metadata.labels?.[name] ?? []].flat() };
      this.#labels.set(name, index);
    }
    return this.find(index, value, all);
  }

  add(object: AnyObject): void {
    for (const [index, table] of this.#tables) insert(table, keysOf(index, object), object);
  }

  /** The very object that was added. */
  remove(object: AnyObject): void {
    for (const [index, table] of this.#tables) {
      for (const key of keysOf(index, object)) {
        const found = table.get(key);
        found?.delete(object);
        if (found?.size === 0) table.delete(key);
      }
    }
  }
}

const NONE: ReadonlySet<AnyObject> = new Set();

/** The kind of an index and that of a table are the same, which a map of both cannot express. */
function keysOf(index: AnyIndex, object: AnyObject): readonly string[] {
  return index.keysOf(object as never);
}

function insert(table: Map<string, Set<AnyObject>>, keys: readonly string[], object: AnyObject): void {
  for (const key of keys) {
    const found = table.get(key);
    if (found === undefined) table.set(key, new Set([object]));
    else found.add(object);
  }
}
