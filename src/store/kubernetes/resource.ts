import { KINDS, type KindName } from '../../api/kinds.ts';
import type { ObjectKey } from '../../api/object.ts';

/** A kind as the API server's paths name it. */
export interface Resource {
  apiVersion: string;
  plural: string;
  namespaced: boolean;
}

/** The kinds that Stash knows are looked up in its own table; others by discovery. */
export function resourceOf(kind: KindName): Resource {
  const { apiVersion, plural, namespaced } = KINDS[kind];
  return { apiVersion, plural, namespaced };
}

/** Of kinds whose metadata is all that is wanted, the server sends nothing else. Undefined for others. */
export function acceptOf(kind: KindName, form: '' | 'List' = ''): string | undefined {
  return KINDS[kind].metadataOnly ? `application/json;as=PartialObjectMetadata${form};g=meta.k8s.io;v=v1` : undefined;
}

/** All objects of the kind, or those of one namespace. */
export function collectionPath({ apiVersion, plural, namespaced }: Resource, namespace: string | undefined): string {
  const within = namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${versionPath(apiVersion)}${within}/${plural}`;
}

export function objectPath(resource: Resource, { namespace, name }: ObjectKey): string {
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
}

/** The core group has a place of its own. */
export function versionPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
