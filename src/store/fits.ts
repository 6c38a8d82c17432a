import type { AnyObject } from '../api/object.ts';
import type { ListFilter } from './store.ts';

/** Whether a list with this filter has the object. */
export function fits(object: AnyObject, { namespace, labels = {}, having }: ListFilter): boolean {
  const { metadata } = object;
  return (
    (namespace === undefined || metadata.namespace === namespace) &&
    Object.entries(labels).every(([name, value]) => metadata.labels?.[name] === value) &&
    (having === undefined || having.index.keysOf(object as never).includes(having.key))
  );
}
