import type { BackupBlueprint } from '../../api/backup-blueprint.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import { TEMPLATED_FIELDS } from '../../api/blueprint-variables.ts';
import { KINDS } from '../../api/kinds.ts';
import { ANNOTATIONS } from '../../api/names.ts';
import type { AnyObject, OwnerReference } from '../../api/object.ts';
import type { Repository } from '../../api/repository.ts';
import { problemText, validate } from '../../api/validate.ts';
import { StashError } from '../../errors/error.ts';
import { operationOf } from '../operation.ts';
import type { TargetWishes } from './annotations.ts';
import { marks, placeOf } from './marks.ts';
import { apiVersionOf, type BlueprintTarget } from './target.ts';
import { fillIn, variablesOf } from './variables.ts';

interface GenerateInput {
  blueprint: BackupBlueprint;
  target: BlueprintTarget;
  wishes: TargetWishes;
  /** Called once, with the place of the snapshots (see `placeOf`). */
  names: (place: string) => { repository: string; configuration: string };
}

export interface Generated {
  repository: Repository;
  configuration: BackupConfiguration;
}

/** Namespaces that what is made for the target goes to; the target's own unless the blueprint names others, as in Stash. */
export function placesOf({ spec }: BackupBlueprint, target: BlueprintTarget): { repository: string; configuration: string } {
  const configuration = spec.backupNamespace ?? target.namespace;
  return { repository: spec.repoNamespace ?? configuration, configuration };
}

/** Where the snapshots of a target end up (see `placeOf`); undefined when the blueprint cannot be filled in for it. */
export function placeFor(blueprint: BackupBlueprint, target: BlueprintTarget): string | undefined {
  let whole = true;
  const backend = fillIn(blueprint.spec.backend, variablesOf(target), 'spec.backend', () => {
    whole = false;
  });
  return whole ? placeOf(backend, placesOf(blueprint, target).repository) : undefined;
}

/** What must be there for a target that names the blueprint, valid and with defaults. Throws Invalid that names every problem. */
export function generate({ blueprint, target, wishes, names }: GenerateInput): Generated {
  const problems: string[] = [];
  const variables = variablesOf(target);
  const spec: BackupBlueprint['spec'] = { ...blueprint.spec };
  for (const field of TEMPLATED_FIELDS)
    if (spec[field] !== undefined)
      Object.assign(spec, { [field]: fillIn(spec[field], variables, `spec.${field}`, (text) => problems.push(text)) });
  const { backend, wipeOut, usagePolicy, layout, backupNamespace: _, repoNamespace: __, ...template } = spec;
  const places = placesOf(blueprint, target);
  if (places.configuration !== target.namespace && target.kind !== 'AppBinding')
    problems.push(`spec.backupNamespace: a ${target.kind} is backed up from its own namespace (${target.namespace}) alone`);
  const mine = marks(target, blueprint.metadata.name);
  const chosen = names(placeOf(backend, places.repository));
  const repository = {
    apiVersion: KINDS.Repository.apiVersion,
    kind: 'Repository',
    metadata: {
      name: chosen.repository,
      namespace: places.repository,
      ...mine,
    },
    spec: present({ backend, wipeOut, usagePolicy, layout }),
  };
  const configuration = {
    apiVersion: KINDS.BackupConfiguration.apiVersion,
    kind: 'BackupConfiguration',
    metadata: {
      name: chosen.configuration,
      namespace: places.configuration,
      ...mine,
      ...(places.configuration === target.namespace ? { ownerReferences: [ownerOf(target)] } : {}),
    },
    spec: present({
      ...template,
      ...schedulesOf(template, wishes, problems),
      task: taskOf(template, wishes, problems),
      repository: present({
        name: chosen.repository,
        namespace: places.repository === places.configuration ? undefined : places.repository,
      }),
      target: present({
        ref: present({
          apiVersion: apiVersionOf(target.kind),
          kind: target.kind,
          name: target.name,
          namespace: places.configuration === target.namespace ? undefined : target.namespace,
        }),
        paths: wishes.paths,
        volumeMounts: wishes.volumeMounts,
      }),
    }),
  };
  const made = problems.length > 0 ? undefined : [checked(repository, problems), checked(configuration, problems)];
  if (made === undefined || problems.length > 0) throw new StashError('Invalid', [...new Set(problems)].join('; '));
  return { repository: made[0] as Repository, configuration: made[1] as BackupConfiguration };
}

/** The target's schedules instead of the blueprint's, where it is clear what they are for. What is not on schedule does not come on one. */
function schedulesOf(
  { schedule, execOps }: Pick<BackupBlueprint['spec'], 'schedule' | 'execOps'>,
  wishes: TargetWishes,
  problems: string[],
): Pick<BackupBlueprint['spec'], 'schedule' | 'execOps'> {
  const lines = (execOps ?? []).filter((line) => line.schedule !== undefined);
  for (const alias of wishes.schedules.keys())
    if (!lines.some((line) => line.alias === alias))
      problems.push(
        `annotation ${ANNOTATIONS.schedulePrefix}${alias}: the blueprint has no alias "${alias}" with a schedule${listed(lines)}`,
      );
  if (execOps === undefined) {
    const own = wishes.schedule ?? schedule;
    if (own === undefined) problems.push(`spec.schedule: neither the blueprint nor the annotation ${ANNOTATIONS.schedule} gives one`);
    return present({ schedule: own });
  }
  const backups = lines.filter((line) => operationOf(line, []) !== 'RestoreTest');
  if (wishes.schedule !== undefined && backups.length !== 1)
    problems.push(
      `annotation ${ANNOTATIONS.schedule}: the blueprint has ${backups.length} backups on schedule; name the alias, as ${ANNOTATIONS.schedulePrefix}ALIAS${listed(backups)}`,
    );
  return {
    execOps: execOps.map((line) => {
      const plain = wishes.schedule !== undefined && line === backups[0] ? wishes.schedule : line.schedule;
      return present({ ...line, schedule: wishes.schedules.get(line.alias) ?? plain }) as typeof line;
    }),
  };
}

function listed(lines: readonly { alias: string }[]): string {
  return lines.length === 0 ? '' : ` (${lines.map(({ alias }) => alias).join(', ')})`;
}

/** Parameters of the target's are added; those that the blueprint sets stay as its author wants them. */
function taskOf(
  { task, sidecar }: Pick<BackupBlueprint['spec'], 'task' | 'sidecar'>,
  { params }: TargetWishes,
  problems: string[],
): BackupBlueprint['spec']['task'] {
  if (params.length === 0) return task;
  const set = task?.params ?? [];
  for (const { name } of params) {
    const annotation = `annotation ${ANNOTATIONS.paramsPrefix}${name}`;
    if (set.some((one) => one.name === name)) problems.push(`${annotation}: the blueprint sets this parameter itself`);
    else if (task === undefined && sidecar !== undefined)
      problems.push(`${annotation}: parameters are those of a task, and the blueprint binds functions (spec.sidecar) instead`);
  }
  return { ...task, params: [...set, ...params] };
}

function ownerOf({ kind, name, uid }: BlueprintTarget): OwnerReference {
  return { apiVersion: apiVersionOf(kind), kind, name, uid };
}

function checked(manifest: object, problems: string[]): AnyObject | undefined {
  const result = validate(manifest);
  if (result.ok) return result.object;
  problems.push(...result.problems.map(problemText));
  return undefined;
}

/** Without what is undefined. */
function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
