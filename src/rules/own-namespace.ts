import { NAME_PATTERN } from '../api/formats.ts';
import type { ObjectReference, TargetRef } from '../api/references.ts';
import type { Place } from './not-yet.ts';

interface Named {
  ref?: TargetRef | undefined;
  appBinding?: ObjectReference | undefined;
}

const NAME = new RegExp(NAME_PATTERN);

/**
 * What is wrong with the names in a target, in a cluster: whoever may write an object in a namespace may have its things worked on, and
 * those of no other; and what is no name never becomes a part of a request. On one machine everything is its user's.
 */
export function foreignTarget(place: Place, { ref, appBinding }: Named, namespace: string): string[] {
  if (place === 'Machine') return [];
  return [...problems('ref', ref, namespace), ...problems('appBinding', appBinding, namespace)];
}

function problems(path: string, named: { namespace?: string; name?: string } | undefined, namespace: string): string[] {
  const found: string[] = [];
  if (named?.namespace !== undefined && named.namespace !== namespace)
    found.push(`${path}.namespace: "${named.namespace}" is not "${namespace}", where this object is; put this object there`);
  if (named?.name !== undefined && (named.name.length > 253 || !NAME.test(named.name)))
    found.push(`${path}.name: ${JSON.stringify(named.name.slice(0, 80))} is no name of an object`);
  return found;
}
