import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { ObjectReference, TargetRef } from '../../api/references.ts';
import type { BackupTarget } from '../../api/target.ts';
import type { TaskRef } from '../../api/task-ref.ts';
import { StashError } from '../../errors/error.ts';
import type { Store } from '../../store/store.ts';
import { readObject } from '../read.ts';
import { parseRef } from '../resolve.ts';
import { CLAIM } from './target-ref.ts';

/** Where a restore takes the data from, and what is known of where it belongs. */
export interface RestoreSource {
  /** What the session is named after. */
  name: string;
  repository: ObjectReference;
  /** Of a configuration: its own target, with the base of its host names and how to log in. */
  target?: { ref?: TargetRef; alias?: string; appBinding?: ObjectReference; mounts?: NonNullable<BackupTarget['volumeMounts']> };
  /** Of a configuration: how its data is put back, where it says so. */
  task?: TaskRef;
}

/** What `CONFIG|REPOSITORY` means: a BackupConfiguration of that name, else a Repository; `KIND/NAME` where both are there. */
export async function restoreSource(
  store: Store,
  text: string,
  namespace: string,
  chosenRepository: string | undefined,
): Promise<RestoreSource> {
  const { kind, name } = parseRef(text, 'BackupConfiguration');
  if (kind === 'Repository') return fromRepository(store, name, namespace);
  if (kind !== 'BackupConfiguration') throw new StashError('Usage', `"${text}" is neither a BackupConfiguration nor a Repository`);
  const configuration = await store.get('BackupConfiguration', { namespace, name });
  if (configuration !== undefined) return fromConfiguration(configuration, chosenRepository);
  const named = text.includes('/');
  if (!named && (await store.get('Repository', { namespace, name })) !== undefined) return fromRepository(store, name, namespace);
  if (named) await readObject(store, kind, name, namespace);
  throw new StashError('NotFound', `there is no BackupConfiguration and no Repository "${name}" in namespace "${namespace}"`);
}

async function fromRepository(store: Store, name: string, namespace: string): Promise<RestoreSource> {
  await readObject(store, 'Repository', name, namespace);
  return { name, repository: { name, namespace } };
}

function fromConfiguration({ metadata, spec }: BackupConfiguration, chosen: string | undefined): RestoreSource {
  const repository = chooseRepository(
    metadata.name,
    [spec.repository, ...(spec.repositories ?? [])].filter((one) => one !== undefined),
    chosen,
  );
  const { ref, alias, appBinding } = spec.target ?? {};
  const mounts = mountsOf(spec.target);
  // Several bindings mean that it depends on the alias; then the default of the target's kind is as good a guess as any.
  const [binding, another] = spec.restore ?? [];
  return {
    name: metadata.name,
    repository: { name: repository.name, ...(repository.namespace === undefined ? {} : { namespace: repository.namespace }) },
    target: {
      ...(ref && { ref }),
      ...(alias === undefined ? {} : { alias }),
      ...(appBinding && { appBinding }),
      ...(mounts && { mounts }),
    },
    ...(binding !== undefined && another === undefined ? { task: binding.task } : {}),
  };
}

/** Where the data was seen. Of a workload that does not say it, the only path is the best guess. */
function mountsOf(target: BackupConfiguration['spec']['target']): BackupTarget['volumeMounts'] {
  const { ref, volumeMounts = [], paths = [] } = target ?? {};
  if (volumeMounts.length > 0) return volumeMounts;
  const [path, another] = paths;
  return path === undefined || another !== undefined || ref?.kind === CLAIM ? undefined : [{ name: 'data', mountPath: path }];
}

function chooseRepository(name: string, repositories: readonly ObjectReference[], chosen: string | undefined): ObjectReference {
  const [first] = repositories;
  if (first === undefined) throw new StashError('Invalid', `BackupConfiguration "${name}" names no repository`);
  if (chosen === undefined) return first;
  const found = repositories.find((one) => one.name === chosen || `${one.namespace}/${one.name}` === chosen);
  if (found !== undefined) return found;
  throw new StashError(
    'NotFound',
    `BackupConfiguration "${name}" has no repository "${chosen}"; it has ${repositories.map((one) => one.name).join(', ')}`,
  );
}
