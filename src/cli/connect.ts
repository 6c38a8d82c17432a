import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StashError } from '../errors/error.ts';
import { directoriesOf } from '../platform/local/directories.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import type { Cli, GlobalOptions } from './cli.ts';
import { dataDirOf } from './data-dir.ts';

/**
 * What to do where there is no store yet: make one, work on an empty one that is thrown away, or refuse (the default): then a
 * mistyped --data-dir is told instead of being answered with "nothing found".
 */
type WhenAbsent = 'create' | 'pretend' | 'refuse';

/** The store that the command works on, closed afterwards. The only place that knows which store it is. */
export async function withStore<T>(
  cli: Cli,
  options: GlobalOptions & { whenAbsent?: WhenAbsent; allNamespaces?: boolean },
  use: (store: Store) => Promise<T>,
): Promise<T> {
  if (options.credentials !== undefined) {
    // Behind this import is all that speaks with API servers: a command on one machine need not load it.
    const { withCluster } = await import('./cluster/connect.ts');
    return withCluster(cli, options, ({ store }) => use(store));
  }
  const dataDir = dataDirOf(cli, options);
  const file = directoriesOf(dataDir).store;
  if (isThere(file) || options.whenAbsent === 'create') return useStore(cli, file, use);
  if (options.whenAbsent === 'pretend') return pretend(cli, use);
  throw new StashError('StoreUnavailable', `there is no store in ${dataDir}`, {
    remedy: 'Start "stash up" there or apply a first manifest, or name the directory that you mean with --data-dir.',
  });
}

/** A directory that this user may not look into is not one without a store. */
function isThere(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch (cause) {
    throw new StashError('StoreUnavailable', `${file} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
      remedy: 'Run it as the user that runs "stash up", or name another directory with --data-dir.',
    });
  }
}

async function useStore<T>(cli: Cli, file: string, use: (store: Store) => Promise<T>): Promise<T> {
  const store = openSqliteStore({ file, clock: cli.clock, newUid: cli.newId });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function pretend<T>(cli: Cli, use: (store: Store) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'stash-'));
  try {
    return await useStore(cli, join(directory, 'store.db'), use);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
