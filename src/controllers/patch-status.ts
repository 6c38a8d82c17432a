import { isDeepStrictEqual } from 'node:util';
import type { KindMap, KindName } from '../api/kinds.ts';
import type { Context } from './context.ts';

/**
 * Writes a status if it differs from the stored one. Returns the object as stored. Conflict when somebody else wrote since it was
 * read: the caller is run again on what is there now.
 */
export async function patchStatus<K extends KindName>(
  ctx: Pick<Context, 'store'>,
  kind: K,
  object: KindMap[K],
  status: KindMap[K]['status'],
): Promise<KindMap[K]> {
  if (isDeepStrictEqual(object.status, status)) return object;
  return ctx.store.replaceStatus(kind, { ...object, status });
}
