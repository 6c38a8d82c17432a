import { KINDS, type KindName } from '../../api/kinds.ts';
import { type AnyObject, keyOf, keyText } from '../../api/object.ts';
import { StashError } from '../../errors/error.ts';

/** What is sent to create an object: without what the API server sets. It refuses some of these and ignores the others. */
export function toCreate(kind: KindName, given: AnyObject): AnyObject {
  requireKind(kind, given);
  const { uid: _, resourceVersion: __, generation: ___, creationTimestamp: ____, deletionTimestamp: _____, ...metadata } = given.metadata;
  const { status: ______, ...rest } = given;
  return { ...rest, metadata };
}

/** What is sent to replace an object or its status. Plain kinds would be replaced whatever they are now, were no version given. */
export function toReplace(kind: KindName, given: AnyObject): AnyObject {
  requireKind(kind, given);
  if (given.metadata.resourceVersion) return given;
  throw new StashError('Conflict', `the change of ${kind} ${keyText(keyOf(given))} does not say which version it is based on`);
}

/** What is known of these is a part of them; to write it would take the rest away. */
export function requireWritable(kind: KindName): void {
  if (KINDS[kind].metadataOnly) throw new StashError('Invalid', `objects of kind ${kind} are read here, and never written`);
}

function requireKind(kind: KindName, { apiVersion, kind: given, metadata }: AnyObject): void {
  requireWritable(kind);
  const known = KINDS[kind];
  if (given !== kind || apiVersion !== known.apiVersion) {
    throw new StashError('Invalid', `an object of kind ${apiVersion}/${given} was given as ${known.apiVersion}/${kind}`);
  }
  if (known.namespaced === Boolean(metadata.namespace)) return;
  const expected = known.namespaced ? 'needs a namespace' : 'is cluster-scoped and takes no namespace';
  throw new StashError('Invalid', `${kind} ${metadata.name}: the kind ${expected}`);
}
