import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import { type AnyObject, keyOf, keyText } from '../../api/object.ts';
import { assertNever, isCode } from '../../errors/error.ts';
import type { Context } from '../context.ts';
import { noted, type Plan } from './decide.ts';

type Ctx = Pick<Context, 'store' | 'events'>;

/** Writes what a plan says, and tells the target, or the object that changed, of it. */
export async function act(
  { store, events }: Ctx,
  plan: Plan,
  { object, blueprint }: { object: AnyObject; blueprint: string },
): Promise<void> {
  switch (plan.type) {
    case 'CreateRepository':
      await store.create('Repository', plan.object);
      return events.record(
        object,
        'Normal',
        'RepositoryMade',
        `Repository ${keyText(keyOf(plan.object))} was made after BackupBlueprint ${blueprint}`,
      );
    case 'CreateConfiguration':
      await store.create('BackupConfiguration', plan.object);
      return events.record(
        object,
        'Normal',
        'BackupConfigured',
        `BackupConfiguration ${keyText(keyOf(plan.object))} was made after BackupBlueprint ${blueprint}`,
      );
    case 'UpdateRepository':
      await store.replace('Repository', plan.object);
      return tellFollowed(events, plan, blueprint);
    case 'UpdateConfiguration':
      await store.replace('BackupConfiguration', plan.object);
      return tellFollowed(events, plan, blueprint);
    case 'Refuse':
    case 'Note':
    case 'Wait':
      return;
    default:
      assertNever(plan);
  }
}

async function tellFollowed(
  events: Ctx['events'],
  { object, changed }: { object: AnyObject; changed: readonly string[] },
  blueprint: string,
): Promise<void> {
  const fields = changed.filter((field) => field !== 'metadata');
  if (fields.length > 0)
    await events.record(object, 'Normal', 'BlueprintFollowed', `${fields.join(', ')} as BackupBlueprint ${blueprint} says`);
}

/** The BackupConfiguration alone: its Repository stays, and with it what is stored. */
export async function remove({ store, events }: Ctx, configuration: BackupConfiguration, target?: AnyObject): Promise<void> {
  const { uid, deletionTimestamp } = configuration.metadata;
  if (deletionTimestamp !== undefined) return;
  try {
    await store.delete('BackupConfiguration', keyOf(configuration), uid === undefined ? {} : { uid });
  } catch (error) {
    if (isCode(error, 'NotFound')) return;
    throw error;
  }
  if (target === undefined) return;
  const { repository } = configuration.spec;
  const stays = repository === undefined ? '' : `; Repository ${repository.name} and its snapshots stay`;
  await events.record(
    target,
    'Normal',
    'BackupRemoved',
    `the annotation asks no more for BackupConfiguration ${keyText(keyOf(configuration))}, which is deleted${stays}`,
  );
}

/** Writes on the configurations why they stay as they are. */
export async function noteAll(
  { store }: Ctx,
  configurations: readonly BackupConfiguration[],
  reason: string,
  message: string,
): Promise<void> {
  for (const one of configurations) {
    const changed = one.metadata.deletionTimestamp === undefined ? noted(one, reason, message) : undefined;
    if (changed !== undefined) await store.replace('BackupConfiguration', changed);
  }
}
