import type { AppBinding } from '../../api/app-binding.ts';
import type { BackupBlueprint } from '../../api/backup-blueprint.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import { LABELS } from '../../api/names.ts';
import type { AnyObject, ObjectKey } from '../../api/object.ts';
import type { Repository } from '../../api/repository.ts';
import { urlOf } from '../../engine/backends/access.ts';
import { isCode } from '../../errors/error.ts';
import type { TargetWishes } from '../../rules/blueprint/annotations.ts';
import { type Generated, generate, placeFor, placesOf } from '../../rules/blueprint/generate.ts';
import { blueprintOf, madeFor, placeOf, targetOfMade } from '../../rules/blueprint/marks.ts';
import { madeName } from '../../rules/blueprint/names.ts';
import { BLUEPRINT_KINDS, type BlueprintKind, type BlueprintTarget } from '../../rules/blueprint/target.ts';
import type { Context } from '../context.ts';
import { REPOSITORIES_BY_PLACE } from '../indexes.ts';
import type { Observed } from './decide.ts';

type Ctx = Pick<Context, 'store'>;

/** What was made for one target, by its marks, in whichever namespace. */
export interface Made {
  repositories: Repository[];
  configurations: BackupConfiguration[];
}

export function targetOf(kind: BlueprintKind, { metadata, spec }: AnyObject): BlueprintTarget {
  const { name, namespace = '', uid = '', annotations = {} } = metadata;
  const app = kind === 'AppBinding' ? (spec as AppBinding['spec']) : undefined;
  return { kind, name, namespace, uid, annotations, type: app?.type, version: app?.version };
}

export async function readMade({ store }: Ctx, target: Pick<BlueprintTarget, 'kind' | 'namespace' | 'name'>): Promise<Made> {
  const labels = { [LABELS.madeFor]: madeFor(target) };
  const [repositories, configurations] = await Promise.all([
    store.list('Repository', { labels }),
    store.list('BackupConfiguration', { labels }),
  ]);
  const isMade = (object: AnyObject) => blueprintOf(object, target) !== undefined;
  return { repositories: repositories.filter(isMade), configurations: configurations.filter(isMade) };
}

interface GenerateNamed {
  blueprint: BackupBlueprint;
  target: BlueprintTarget;
  wishes: TargetWishes;
  named: readonly string[];
  made: Made;
  /** Names that are given away; those chosen here are added. */
  held: Set<string>;
}

/**
 * What must be there, under the names it has already: what was made once keeps its name, whatever else the target comes to name. The
 * Repository of a blueprint that the target no longer names goes to the one that puts its snapshots in the same place.
 */
export function generateNamed({ blueprint, target, wishes, named, made, held }: GenerateNamed): Generated {
  const { name } = blueprint.metadata;
  const places = placesOf(blueprint, target);
  const names = (place: string) => {
    const its = made.repositories.filter(({ metadata }) => metadata.namespace === places.repository);
    const repository =
      its.find((one) => blueprintOf(one, target) === name) ??
      its.find((one) => placeOf(one.spec.backend, places.repository) === place && !named.includes(blueprintOf(one, target) ?? ''));
    const configuration = made.configurations.find(
      (one) => one.metadata.namespace === places.configuration && blueprintOf(one, target) === name,
    );
    const kept = repository?.metadata.name ?? configuration?.metadata.name;
    const second = held.has(madeName(target, places.repository)) || held.has(madeName(target, places.configuration)) ? name : undefined;
    const fresh = (namespace: string) =>
      kept !== undefined && places.repository === places.configuration ? kept : madeName(target, namespace, second);
    const chosen = {
      repository: repository?.metadata.name ?? fresh(places.repository),
      configuration: configuration?.metadata.name ?? fresh(places.configuration),
    };
    for (const one of Object.values(chosen)) held.add(one);
    return chosen;
  };
  return generate({ blueprint, target, wishes, names });
}

/** Names of what was made after other blueprints than this one. */
export function heldNames({ repositories, configurations }: Made, target: BlueprintTarget, blueprint: string): string[] {
  return [...repositories, ...configurations].filter((one) => blueprintOf(one, target) !== blueprint).map(({ metadata }) => metadata.name);
}

export async function observe(
  { store }: Ctx,
  { repository, configuration }: Generated,
  blueprint: BackupBlueprint,
  target: BlueprintTarget,
): Promise<Observed> {
  const [its, configured] = await Promise.all([
    store.get('Repository', keyIn(repository)),
    store.get('BackupConfiguration', keyIn(configuration)),
  ]);
  const having = { index: REPOSITORIES_BY_PLACE, key: placeOf(repository.spec.backend, repository.metadata.namespace ?? '') };
  const atPlace = its === undefined ? await store.list('Repository', { having }) : [];
  const own = [repository.metadata.namespace, target.namespace];
  const counts = (one: Repository) =>
    own.includes(one.metadata.namespace) || isOpened(one) || isMadeThere(one, blueprint, target, having.key);
  return {
    repository: its,
    configuration: configured,
    atPlace: atPlace.filter(counts),
  };
}

/** A Repository that is only written down would let anybody, in a namespace of his own, keep a place from others. */
function isOpened({ metadata: { name, namespace = '' }, spec, status }: Repository): boolean {
  if (status?.repositoryID === undefined) return false;
  // A volume is reached by the address of its server.
  if (spec.backend.local !== undefined) return true;
  try {
    return status.location === urlOf({ name, namespace, spec });
  } catch (error) {
    if (!isCode(error, 'Invalid', 'BackendUnsupported')) throw error;
    return false;
  }
}

/**
 * Whether the blueprint puts another target's snapshots there too, whose Repository may be made in the same moment. Its marks are anybody's
 * text, but what they say comes out of the blueprint again: one that sets namespaces apart puts nothing of another into this place.
 */
function isMadeThere(one: Repository, blueprint: BackupBlueprint, { type, version }: BlueprintTarget, place: string): boolean {
  return BLUEPRINT_KINDS.some((kind) => {
    const key = targetOfMade(one, kind);
    if (key === undefined) return false;
    const other = { kind, ...key, uid: '', annotations: {}, type, version };
    if (blueprintOf(one, other) !== blueprint.metadata.name) return false;
    return placesOf(blueprint, other).repository === one.metadata.namespace && placeFor(blueprint, other) === place;
  });
}

function keyIn({ metadata: { namespace = '', name } }: AnyObject): ObjectKey {
  return { namespace, name };
}
