import { createHash } from 'node:crypto';
import type { Backend } from '../../api/backend.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import { ANNOTATIONS, LABEL_VALUES, LABELS } from '../../api/names.ts';
import type { AnyObject, ObjectKey } from '../../api/object.ts';
import { isMadeName } from './names.ts';
import { type BlueprintKind, type BlueprintTarget, blueprintTargetText, isBlueprintKind } from './target.ts';

type Target = Pick<BlueprintTarget, 'kind' | 'namespace' | 'name'>;

/** What tells that something was made for this target after this blueprint. */
export function marks(target: Target, blueprint: string): { labels: Record<string, string>; annotations: Record<string, string> } {
  return {
    labels: {
      [LABELS.managedBy]: LABEL_VALUES.managedBy,
      [LABELS.blueprint]: blueprintLabel(blueprint),
      [LABELS.madeFor]: madeFor(target),
    },
    annotations: { [ANNOTATIONS.blueprint]: blueprint, [ANNOTATIONS.blueprintTarget]: blueprintTargetText(target) },
  };
}

/** Value of `LABELS.blueprint`: the name, cut to the length of a label. */
export function blueprintLabel(blueprint: string): string {
  return blueprint.slice(0, 63).replace(/[^A-Za-z0-9]+$/, '');
}

/** Value of `LABELS.madeFor`: finds all that was made for a target. */
export function madeFor(target: Target): string {
  return hashed(blueprintTargetText(target));
}

/** The blueprint this was made after, undefined when it was not made for this target. A copy in another place was not. */
export function blueprintOf(object: AnyObject, target: Target): string | undefined {
  const { labels = {}, annotations = {}, name, namespace = '' } = object.metadata;
  if (labels[LABELS.madeFor] !== madeFor(target) || annotations[ANNOTATIONS.blueprintTarget] !== blueprintTargetText(target))
    return undefined;
  if (!isMadeName(name, target, namespace)) return undefined;
  if (object.kind === 'BackupConfiguration') {
    const ref = (object as BackupConfiguration).spec.target?.ref;
    const same = ref?.kind === target.kind && ref.name === target.name && (ref.namespace ?? namespace) === target.namespace;
    if (!same) return undefined;
  }
  return annotations[ANNOTATIONS.blueprint];
}

/** The target of what was made, as its annotation says, if it is of this kind. */
export function targetOfMade(object: AnyObject, kind: BlueprintKind): ObjectKey | undefined {
  const [namespace, its, name, ...more] = object.metadata.annotations?.[ANNOTATIONS.blueprintTarget]?.split('/') ?? [];
  if (namespace === undefined || name === undefined || more.length > 0 || !isBlueprintKind(its)) return undefined;
  return its === kind ? { namespace, name } : undefined;
}

/** A text that is equal where snapshots would end up in the same restic repository. Volumes belong to a namespace. */
export function placeOf(backend: Backend, namespace: string): string {
  const { storageSecretName: _, ...storage } = backend;
  const inNamespace = backend.local?.persistentVolumeClaim !== undefined || backend.local?.emptyDir !== undefined;
  return hashed(JSON.stringify([inNamespace ? namespace : '', sorted(storage)]));
}

/** How it is spoken to does not say where it is. */
const NO_PLACE = ['maxConnections', 'insecureTLS', 'region'];

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([key, one]) => !NO_PLACE.includes(key) && one !== undefined);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, key === 'prefix' ? trimmed(one) : sorted(one)]);
}

function trimmed(prefix: unknown): unknown {
  return typeof prefix === 'string'
    ? prefix
        .split('/')
        .filter((part) => part !== '')
        .join('/')
    : prefix;
}

function hashed(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
