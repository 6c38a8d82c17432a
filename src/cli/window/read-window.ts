import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { RecoverableInterval } from '../../api/invoker-status.ts';
import type { ObjectKey } from '../../api/object.ts';
import { isCode, StashError } from '../../errors/error.ts';
import { type Interval, intervalsOf } from '../../rules/window/intervals.ts';
import { type Stored, storedOf } from '../../rules/window/stored.ts';
import type { Store } from '../../store/store.ts';
import { type Cli, type GlobalOptions, namespaceOf } from '../cli.ts';
import { cacheDirOf, dataDirOf } from '../data-dir.ts';
import { readObject } from '../read.ts';
import { listSnapshots } from '../snapshots/list.ts';

/** What one repository of a configuration has of its target. */
export interface RepositoryWindow {
  repository: ObjectKey;
  stored: Stored;
  intervals: Interval[];
  /** Why the repository itself could not be asked: then the intervals are those of the status, and `stored` is empty. */
  fromStatus?: string;
}

/** Asks the repositories themselves, each with its own credentials; one that cannot be read from here is told from the status. */
export async function readWindow(
  cli: Cli,
  store: Store,
  name: string,
  options: GlobalOptions & { repository?: string },
): Promise<RepositoryWindow[]> {
  const namespace = namespaceOf(options);
  const configuration = await readObject(store, 'BackupConfiguration', name, namespace);
  const target = targetOf(configuration);
  const windows = await Promise.all(
    repositoriesOf(configuration, options.repository).map((repository) =>
      windowOf(cli, store, configuration, { repository, target, options }),
    ),
  );
  return windows;
}

async function windowOf(
  cli: Cli,
  store: Store,
  configuration: BackupConfiguration,
  { repository, target, options }: { repository: ObjectKey; target: string; options: GlobalOptions },
): Promise<RepositoryWindow> {
  const cluster = options.credentials !== undefined;
  try {
    const directory = cluster ? cacheDirOf(cli) : dataDirOf(cli, options);
    const found = await listSnapshots(cli, store, repository, { internal: true, cluster, target }, directory);
    const incomplete = new Set(found.filter(({ complete }) => complete === false).map(({ id }) => id));
    const stored = storedOf(found, target, incomplete);
    return { repository, stored, intervals: intervalsOf(stored) };
  } catch (error) {
    if (!isCode(error, 'BackendUnsupported', 'Forbidden')) throw error;
    const key = `${repository.namespace}/${repository.name}`;
    const known = (configuration.status?.recoverable ?? []).filter((one) => one.repository === key);
    return { repository, stored: { bases: [], logs: [] }, intervals: known.map(interval), fromStatus: error.message };
  }
}

function interval({ from, to, gtidFrom, gtidTo, host = '', timeline }: RecoverableInterval): Interval {
  return { from: Date.parse(from), to: Date.parse(to), gtidFrom, gtidTo, host, timeline };
}

function targetOf({ metadata, spec }: BackupConfiguration): string {
  const { ref } = spec.target ?? {};
  if (ref === undefined) throw new StashError('Invalid', `BackupConfiguration ${metadata.name} names no target`);
  return `${ref.namespace ?? metadata.namespace}/${ref.kind}/${ref.name}`;
}

function repositoriesOf({ metadata, spec }: BackupConfiguration, chosen: string | undefined): ObjectKey[] {
  const all = [spec.repository, ...(spec.repositories ?? [])]
    .filter((one) => one !== undefined)
    .map((one) => ({ namespace: one.namespace ?? metadata.namespace ?? '', name: one.name }));
  const wanted = chosen === undefined ? all : all.filter(({ namespace, name }) => name === chosen || `${namespace}/${name}` === chosen);
  if (wanted.length > 0) return wanted;
  const has = all.length === 0 ? 'no repository' : all.map((one) => one.name).join(', ');
  throw new StashError(
    'NotFound',
    `BackupConfiguration ${metadata.name} has ${chosen === undefined ? 'no repository' : `no repository "${chosen}"; it has ${has}`}`,
  );
}
