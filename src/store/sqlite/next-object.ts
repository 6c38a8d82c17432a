import { isDeepStrictEqual } from 'node:util';
import { KINDS, type KindName } from '../../api/kinds.ts';
import { type AnyObject, keyOf, keyText, type ObjectMeta } from '../../api/object.ts';
import { StashError } from '../../errors/error.ts';

/** What a create stores: the caller's object with what the store sets and without what it does not take. */
export function created(kind: KindName, given: AnyObject, facts: { uid: string; now: Date }): AnyObject {
  const object = plainCopy(kind, given);
  const { resourceVersion: _, deletionTimestamp: __, ...metadata } = object.metadata;
  const { status: ___, ...rest } = object;
  return { ...rest, metadata: { ...metadata, uid: facts.uid, generation: 1, creationTimestamp: wholeSeconds(facts.now) } };
}

/** What a replace stores, or undefined when it changes nothing. */
export function replaced(kind: KindName, stored: AnyObject, given: AnyObject): AnyObject | undefined {
  const object = plainCopy(kind, given);
  requireSame(kind, stored, object);
  refuseNewFinalizers(stored.metadata, object.metadata);
  const specChanged = !isDeepStrictEqual(specOf(object), specOf(stored));
  const next: AnyObject = {
    ...specOf(object),
    apiVersion: object.apiVersion,
    kind,
    metadata: replacedMetadata(stored.metadata, object.metadata),
  };
  if (specChanged) next.metadata.generation = (stored.metadata.generation ?? 0) + 1;
  if (stored.status !== undefined) next.status = stored.status;
  return isDeepStrictEqual(next, stored) ? undefined : next;
}

export function statusReplaced(kind: KindName, stored: AnyObject, given: AnyObject): AnyObject | undefined {
  const object = plainCopy(kind, given);
  requireSame(kind, stored, object);
  if (isDeepStrictEqual(object.status, stored.status)) return undefined;
  const { status: _, ...rest } = stored;
  return object.status === undefined ? rest : { ...rest, status: object.status };
}

/** Undefined when the delete was asked for before. */
export function deletionRequested(stored: AnyObject, now: Date): AnyObject | undefined {
  if (stored.metadata.deletionTimestamp !== undefined) return undefined;
  return { ...stored, metadata: { ...stored.metadata, deletionTimestamp: wholeSeconds(now) } };
}

/** JSON is what is stored: `undefined` fields go, and the caller's later changes of its object change nothing here. */
function plainCopy(kind: KindName, given: AnyObject): AnyObject {
  const object = JSON.parse(JSON.stringify(given)) as AnyObject;
  const known = KINDS[kind];
  const { name, namespace } = object.metadata;
  for (const field of REPLACEABLE) if (Object.keys(object.metadata[field] ?? {}).length === 0) delete object.metadata[field];
  if (object.kind !== kind || object.apiVersion !== known.apiVersion) {
    throw new StashError('Invalid', `an object of kind ${object.apiVersion}/${object.kind} was given as ${known.apiVersion}/${kind}`);
  }
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new StashError(
      'Invalid',
      `metadata.name of a ${kind} is ${JSON.stringify(name)}; lower-case letters, digits, "-" and "." are accepted`,
    );
  }
  if (known.namespaced !== (typeof namespace === 'string' && namespace !== '')) {
    const expected = known.namespaced ? 'needs a namespace' : 'is cluster-scoped and takes no namespace';
    throw new StashError('Invalid', `${kind} ${keyText(keyOf(object))}: the kind ${expected}`);
  }
  return object;
}

/** The metadata that callers write; absent and empty are the same. */
const REPLACEABLE = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

/** RFC 1123 subdomain, as Kubernetes asks for. */
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

function requireSame(kind: KindName, stored: AnyObject, given: AnyObject): void {
  const { uid, resourceVersion } = given.metadata;
  if (uid !== undefined && uid !== stored.metadata.uid) {
    throw new StashError('Conflict', `${kind} ${keyText(keyOf(given))} was deleted and made again in between`);
  }
  if (resourceVersion === stored.metadata.resourceVersion) return;
  const versions = `it has version ${stored.metadata.resourceVersion}, the change is based on ${resourceVersion ?? 'none'}`;
  throw new StashError('Conflict', `${kind} ${keyText(keyOf(given))} was changed in between: ${versions}`);
}

function refuseNewFinalizers(stored: ObjectMeta, given: ObjectMeta): void {
  if (stored.deletionTimestamp === undefined) return;
  const added = (given.finalizers ?? []).filter((finalizer) => !stored.finalizers?.includes(finalizer));
  if (added.length === 0) return;
  throw new StashError('Invalid', `${given.name} is being deleted and takes no new finalizer (${added.join(', ')})`);
}

function replacedMetadata(stored: ObjectMeta, given: ObjectMeta): ObjectMeta {
  const { labels: _, annotations: __, finalizers: ___, ownerReferences: ____, ...kept } = stored;
  const { labels, annotations, finalizers, ownerReferences } = given;
  return {
    ...kept,
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(finalizers === undefined ? {} : { finalizers }),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
  };
}

/** Everything that is not metadata or status: `spec`, and the top-level fields of kinds without one (Secret, Event). */
function specOf(object: AnyObject): Record<string, unknown> {
  const { apiVersion: _, kind: __, metadata: ___, status: ____, ...spec } = object;
  return spec;
}

function wholeSeconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
