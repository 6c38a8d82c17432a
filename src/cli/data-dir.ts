import { join, resolve } from 'node:path';
import type { Cli, GlobalOptions } from './cli.ts';

/** Where everything of one machine lies: the store, logs, stages. Absolute. */
export function dataDirOf(cli: Pick<Cli, 'env' | 'home' | 'root' | 'cwd'>, options: Pick<GlobalOptions, 'dataDir'>): string {
  const given = options.dataDir ?? cli.env.STASH_DATA_DIR;
  if (given) return resolve(cli.cwd, given);
  if (cli.root) return '/var/lib/stash';
  return join(cli.env.XDG_DATA_HOME || join(cli.home, '.local', 'share'), 'stash');
}

/** What a command on a cluster keeps on this machine: caches that may go at any time. */
export function cacheDirOf(cli: Pick<Cli, 'env' | 'home'>): string {
  return join(cli.env.XDG_CACHE_HOME || join(cli.home, '.cache'), 'stash');
}
