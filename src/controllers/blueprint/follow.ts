import { isDeepStrictEqual } from 'node:util';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { AnyObject, ObjectMeta, OwnerReference } from '../../api/object.ts';

/**
 * The stored object with the spec and the marks of the wanted one, and what changes by that: fields of spec, else `metadata`. What others
 * put into metadata stays, but for the annotations named in `owned`.
 */
export function follow<T extends AnyObject>(stored: T, wanted: T, owned: readonly string[] = []): { object: T; changed: string[] } {
  const metadata = followedMetadata(stored.metadata, wanted.metadata, owned);
  const object = { ...stored, metadata, spec: wanted.spec };
  const [before, after] = [stored.spec, wanted.spec].map((spec) => (spec ?? {}) as Record<string, unknown>);
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const changed = fields.filter((field) => !isDeepStrictEqual(before?.[field], after?.[field])).map((field) => `spec.${field}`);
  if (changed.length === 0 && !isDeepStrictEqual(stored.metadata, metadata)) changed.push('metadata');
  return { object, changed };
}

function followedMetadata(stored: ObjectMeta, wanted: ObjectMeta, owned: readonly string[]): ObjectMeta {
  const kept = Object.fromEntries(Object.entries(stored.annotations ?? {}).filter(([name]) => !owned.includes(name)));
  const ownerReferences = owners(stored.ownerReferences ?? [], wanted.ownerReferences ?? []);
  return {
    ...stored,
    labels: { ...stored.labels, ...wanted.labels },
    annotations: { ...kept, ...wanted.annotations },
    ...(ownerReferences.length === 0 ? {} : { ownerReferences }),
  };
}

/** A target that was made anew has another uid than the one that the old reference names. */
function owners(stored: readonly OwnerReference[], wanted: readonly OwnerReference[]): OwnerReference[] {
  const same = (a: OwnerReference, b: OwnerReference) => a.kind === b.kind && a.name === b.name;
  const missing = wanted.filter((one) => !stored.some((other) => same(one, other) && other.uid === one.uid));
  return [...stored.filter((one) => !wanted.some((other) => same(one, other) && other.uid !== one.uid)), ...missing];
}

type Spec = BackupConfiguration['spec'];

/** What somebody paused stays paused, unless the blueprint says something of it. */
export function withPauses(wanted: Spec, stored: Spec): Spec {
  const execOps = wanted.execOps?.map((line) => {
    const paused = line.paused ?? stored.execOps?.find(({ alias }) => alias === line.alias)?.paused;
    return withoutUndefined({ ...line, paused });
  });
  return withoutUndefined({ ...wanted, paused: wanted.paused ?? stored.paused, execOps });
}

export function withoutUndefined<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
