import { isDeepStrictEqual } from 'node:util';
import type { AnyObject } from '../../api/object.ts';

/**
 * The stored object with what the manifest says; undefined when that changes nothing. The manifest replaces the spec (and a Secret's
 * data), labels and annotations as a whole; status, finalizers and owners stay, as does what the machine itself noted on the object.
 */
export function mergeManifest(old: AnyObject, manifest: AnyObject): AnyObject | undefined {
  const { status: _dropped, metadata, ...rest } = manifest;
  const merged: AnyObject = {
    ...rest,
    metadata: {
      ...old.metadata,
      labels: metadata.labels ?? {},
      annotations: { ...noted(old.metadata.annotations ?? {}), ...metadata.annotations },
    },
    ...(old.status === undefined ? {} : { status: old.status }),
  };
  return isDeepStrictEqual(content(old), content(merged)) ? undefined : merged;
}

/** Annotations that come from a command or a controller and not from a manifest. */
const NOTED = ['stash.appscode.com/request', 'stash.appscode.com/last-applied-'];

function noted(annotations: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => NOTED.some((prefix) => name.startsWith(prefix))));
}

function content({ status: _status, metadata, ...rest }: AnyObject): unknown {
  // Undefined members are as good as absent ones.
  return JSON.parse(JSON.stringify({ ...rest, labels: metadata.labels ?? {}, annotations: metadata.annotations ?? {} }));
}
