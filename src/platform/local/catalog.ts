import { isDeepStrictEqual } from 'node:util';
import type { Function as StashFunction } from '../../api/function.ts';
import type { Task } from '../../api/task.ts';
import type { Store } from '../../store/store.ts';
import { readCatalog } from '../catalog.ts';

/** Puts the Functions and Tasks that ship into the store. */
export async function applyCatalog(store: Store): Promise<void> {
  for (const object of await readCatalog()) await applyOne(store, object);
}

async function applyOne(store: Store, object: StashFunction | Task): Promise<void> {
  const kind = object.kind as 'Function' | 'Task';
  const stored = await store.get(kind, { namespace: '', name: object.metadata.name });
  if (stored === undefined) await store.create(kind, object);
  else if (!isDeepStrictEqual(stored.spec, object.spec)) await store.replace(kind, { ...stored, spec: object.spec } as typeof stored);
}
