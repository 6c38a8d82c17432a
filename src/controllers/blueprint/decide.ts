import { isDeepStrictEqual } from 'node:util';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import { ANNOTATIONS } from '../../api/names.ts';
import { keyOf, keyText } from '../../api/object.ts';
import type { Repository } from '../../api/repository.ts';
import type { Generated } from '../../rules/blueprint/generate.ts';
import { blueprintOf } from '../../rules/blueprint/marks.ts';
import { type BlueprintTarget, blueprintTargetText } from '../../rules/blueprint/target.ts';
import { follow, withoutUndefined, withPauses } from './follow.ts';

/** What there is where one blueprint's objects are to be, read from the store. */
export interface Observed {
  repository: Repository | undefined;
  configuration: BackupConfiguration | undefined;
  /** Repositories at the place that a new one would have; of other namespaces those that are really there. */
  atPlace: readonly Repository[];
}

export type Plan =
  | { type: 'CreateRepository'; object: Repository }
  | { type: 'UpdateRepository'; object: Repository; changed: string[] }
  | { type: 'CreateConfiguration'; object: BackupConfiguration }
  | { type: 'UpdateConfiguration'; object: BackupConfiguration; changed: string[] }
  /** What stands in the way. Of what is there already, nothing is changed. */
  | { type: 'Refuse'; reason: string; message: string }
  /** What is not followed, besides. */
  | { type: 'Note'; reason: string; message: string }
  /** Something of the same name is still going. */
  | { type: 'Wait' };

interface DecideInput {
  target: BlueprintTarget;
  blueprint: string;
  /** All that the target names. */
  named: readonly string[];
  generated: Generated;
  observed: Observed;
}

/** What is to be done so that one blueprint's objects are there, in this order; nothing when they are. */
export function decide(input: DecideInput): Plan[] {
  const { generated, observed } = input;
  if ([observed.repository, observed.configuration].some((one) => one?.metadata.deletionTimestamp !== undefined)) return [{ type: 'Wait' }];
  const refused = taken(input, observed.repository) ?? taken(input, observed.configuration) ?? placeTaken(input);
  if (refused !== undefined) return [refused];
  const kept = keptPlace(generated.repository, observed.repository);
  return [
    ...repositoryPlans(generated.repository, observed.repository),
    ...configurationPlans(generated.configuration, observed.configuration, kept && notFollowed(kept)),
    ...(kept === undefined ? [] : [kept]),
  ];
}

/** Something of that name which is not this blueprint's, nor one's that the target does not name any more. */
function taken({ target, blueprint, named }: DecideInput, found: Repository | BackupConfiguration | undefined): Plan | undefined {
  if (found === undefined) return undefined;
  const its = blueprintOf(found, target);
  if (its === blueprint || (its !== undefined && !named.includes(its))) return undefined;
  const message = `${found.kind} ${keyText(keyOf(found))} was not made for ${blueprintTargetText(target)} after BackupBlueprint ${blueprint}, and is left alone; rename it or delete it`;
  return { type: 'Refuse', reason: 'NameTaken', message };
}

/** Two targets in one restic repository could not be told apart. */
function placeTaken({ target, blueprint, generated, observed }: DecideInput): Plan | undefined {
  if (observed.repository !== undefined || observed.atPlace.length === 0) return undefined;
  const mine = observed.atPlace.find(({ metadata }) => metadata.namespace === target.namespace);
  // What there is in other namespaces is not for everybody to know.
  const other = mine === undefined ? 'a Repository of another namespace' : `Repository ${keyText(keyOf(mine))}`;
  const message = `BackupBlueprint ${blueprint}: the snapshots of ${keyText(keyOf(generated.repository))} would be where those of ${other} are; set the targets apart in spec.backend, for instance by \${TARGET_NAMESPACE}/\${TARGET_KIND}/\${TARGET_NAME}`;
  return { type: 'Refuse', reason: 'PlaceTaken', message };
}

/** A Repository with another backend is another repository: its snapshots would be left behind. It stays, and says so. */
function keptPlace(wanted: Repository, found: Repository | undefined): Note | undefined {
  if (found === undefined || isDeepStrictEqual(found.spec.backend, wanted.spec.backend)) return undefined;
  const message = `spec.backend of the blueprint is another one now; Repository ${keyText(keyOf(found))} stays where its snapshots are`;
  return { type: 'Note', reason: 'BackendChanged', message };
}

type Note = Extract<Plan, { type: 'Note' }>;

function notFollowed({ reason, message }: { reason: string; message: string }): string {
  return `${reason}: ${message}`;
}

function repositoryPlans(wanted: Repository, found: Repository | undefined): Plan[] {
  if (found === undefined) return [{ type: 'CreateRepository', object: wanted }];
  const { object, changed } = follow(found, { ...wanted, spec: { ...wanted.spec, backend: found.spec.backend } });
  return changed.length === 0 ? [] : [{ type: 'UpdateRepository', object, changed }];
}

function configurationPlans(given: BackupConfiguration, found: BackupConfiguration | undefined, note: string | undefined): Plan[] {
  const annotations = withoutUndefined({ ...given.metadata.annotations, [ANNOTATIONS.blueprintNotFollowed]: note });
  const wanted = { ...given, metadata: { ...given.metadata, annotations } };
  if (found === undefined) return [{ type: 'CreateConfiguration', object: wanted }];
  const { object, changed } = follow(found, { ...wanted, spec: withPauses(wanted.spec, found.spec) }, [ANNOTATIONS.blueprintNotFollowed]);
  return changed.length === 0 ? [] : [{ type: 'UpdateConfiguration', object, changed }];
}

/** What is left as it is says why; undefined when it does already. */
export function noted(found: BackupConfiguration, reason: string, message: string): BackupConfiguration | undefined {
  const text = notFollowed({ reason, message });
  if (found.metadata.annotations?.[ANNOTATIONS.blueprintNotFollowed] === text) return undefined;
  const annotations = { ...found.metadata.annotations, [ANNOTATIONS.blueprintNotFollowed]: text };
  return { ...found, metadata: { ...found.metadata, annotations } };
}
