import type { AnyObject } from '../../api/object.ts';

/** Finds objects by one label. A label is indexed from the first time it is asked for: programs ask for few, always the same. */
export class LabelIndex {
  readonly #byName = new Map<string, Map<string, Set<AnyObject>>>();

  /** `all` is gone through when the label is asked for the first time. */
  find(name: string, value: string, all: Iterable<AnyObject>): ReadonlySet<AnyObject> {
    let byValue = this.#byName.get(name);
    if (byValue === undefined) {
      byValue = new Map();
      this.#byName.set(name, byValue);
      for (const object of all) insert(byValue, object.metadata.labels?.[name], object);
    }
    return byValue.get(value) ?? NONE;
  }

  add(object: AnyObject): void {
    for (const [name, byValue] of this.#byName) insert(byValue, object.metadata.labels?.[name], object);
  }

  /** The very object that was added. */
  remove(object: AnyObject): void {
    for (const [name, byValue] of this.#byName) {
      const value = object.metadata.labels?.[name];
      const found = value === undefined ? undefined : byValue.get(value);
      if (value === undefined || found === undefined) continue;
      found.delete(object);
      if (found.size === 0) byValue.delete(value);
    }
  }
}

const NONE: ReadonlySet<AnyObject> = new Set();

function insert(byValue: Map<string, Set<AnyObject>>, value: string | undefined, object: AnyObject): void {
  if (value === undefined) return;
  const found = byValue.get(value);
  if (found === undefined) byValue.set(value, new Set([object]));
  else found.add(object);
}
