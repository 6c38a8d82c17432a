import { isDeepStrictEqual } from 'node:util';
import type { AnyObject } from '../../api/object.ts';

/** Whether a replace with `given` would leave `held` as it is. Absent and empty are the same where the API server takes them so. */
export function changesNothing(held: AnyObject, given: AnyObject): boolean {
  return isDeepStrictEqual(replaceable(held), replaceable(given));
}

function replaceable(object: AnyObject): unknown {
  const { metadata, status: _, ...rest } = object;
  const fields = WRITABLE.flatMap((field) => (Object.keys(metadata[field] ?? {}).length === 0 ? [] : [[field, metadata[field]]]));
  return JSON.parse(JSON.stringify({ ...rest, metadata: Object.fromEntries(fields) }));
}

const WRITABLE = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;
