import { createHash } from 'node:crypto';
import { type AnyObject, keyOf, keyText, type ObjectKey } from '../api/object.ts';

/**
 * A watch's map that answers only when what `facts` picks of the object is not what it was the last time: status is written many times
 * while something runs, and most of it concerns nobody else. `exists` tells objects that are gone, which concern everybody once more.
 */
export function whenChanged<T extends AnyObject>(
  facts: (object: T) => unknown,
  exists: (key: ObjectKey) => Promise<boolean>,
  map: (object: T) => ObjectKey[] | Promise<ObjectKey[]>,
): (object: T) => Promise<ObjectKey[]> {
  const known = new Map<string, string>();
  return async (object) => {
    const key = keyText(keyOf(object));
    if (await exists(keyOf(object))) {
      const print = fingerprint([object.metadata.uid, facts(object)]);
      if (known.get(key) === print) return [];
      known.set(key, print);
    } else known.delete(key);
    return map(object);
  };
}

function fingerprint(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}
