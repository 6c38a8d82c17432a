import type { KindMap, KindName } from '../api/kinds.ts';
import { isCode } from '../errors/error.ts';
import type { Store } from '../store/store.ts';
import { readObject } from './read.ts';

/** Reads, changes and writes an object, again when somebody else wrote in between. `change` gets its own copy and may alter it. */
export async function updateObject<K extends KindName>(
  store: Store,
  kind: K,
  name: string,
  namespace: string,
  change: (object: KindMap[K]) => void,
): Promise<KindMap[K]> {
  for (let attempt = 1; ; attempt++) {
    const object = await readObject(store, kind, name, namespace);
    change(object);
    try {
      return await store.replace(kind, object);
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !isCode(error, 'Conflict')) throw error;
    }
  }
}

const MAX_ATTEMPTS = 10;
