import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupSession } from '../../../api/backup-session.ts';
import type { RestoreSession } from '../../../api/restore-session.ts';
import { makeBackupAccount } from '../../../functions/mariadb/testing/backup-account.ts';
import { type FaultyStorage, faultyStorage } from '../testing/faulty-storage.ts';
import { type Machine, machine } from '../testing/machine.ts';
import { configuration, repository, restore, secret, session } from '../testing/manifests.ts';
import { quickRepository } from '../testing/repository.ts';
import { type Source, startSource } from './source.ts';

/** Two replicating servers, a Stash that backs them up into a storage that can fail, and what a history does with them. */
export interface World {
  source: Source;
  stash: Machine;
  storage: FaultyStorage;
  /** The stage of one server. */
  stage(index: number): string;
  /** A session of this alias, to its end. */
  backup(alias: string): Promise<BackupSession>;
  /** One tick of the log, to its end; what is wrong with it, if anything. */
  log(): Promise<string | undefined>;
  /** Into a new directory, which is returned with the session. */
  restore(pointInTime: Record<string, unknown>, timeline?: string): Promise<{ session: RestoreSession; directory: string }>;
  /** Puts the primary back to a GTID, in its place; what is wrong with it, if anything. */
  goBack(gtid: string): Promise<string | undefined>;
  dispose(): Promise<void>;
}

export async function makeWorld(): Promise<World> {
  const source = await startSource();
  const stash = await machine();
  let storage: FaultyStorage | undefined;
  try {
    const folder = join(stash.dir, 'storage');
    mkdirSync(folder);
    const made = await faultyStorage(folder);
    if ('missing' in made) throw new Error(made.missing);
    quickRepository(join(folder, 'data/shop'));
    storage = made;
    const { username, password } = await makeBackupAccount(source.primary());
    await source.caughtUp();
    await stash.apply(
      secret('secret', { RESTIC_PASSWORD: 'test-password', ...storage.secret }),
      repository('repo', storage.backend),
      secret('login', { username, password }),
      ...replicated(source),
    );
    await stash.up();
    await stash.until('Repository', 'repo', 'ready', (one) => one?.status?.phase === 'Ready');
  } catch (error) {
    await stash.dispose();
    await source.dispose();
    throw error;
  }
  const door = storage;
  let round = 0;
  return {
    source,
    stash,
    storage: door,
    stage: (index) => join(stash.dataDir, `agents/target/default/AppBinding/orders/db-${index}`),
    backup: async (alias) => {
      const name = `s${++round}`;
      await stash.apply(session(name, 'orders', { alias }));
      return stash.backedUp(name);
    },
    log: async () => {
      const { code, stderr } = await stash.stash('backup', 'orders', '--alias', 'log', '--wait');
      return code === 0 ? undefined : stderr;
    },
    restore: async (pointInTime, timeline) => {
      const name = `r${++round}`;
      const directory = join(source.primary().directory, name);
      await stash.apply(
        restore(name, 'repo', 'orders', {
          target: TARGET,
          task: { name: 'mariadb-restore', params: [{ name: 'destination', value: directory }] },
          pointInTime,
          ...(timeline === undefined ? {} : { timeline }),
        }),
      );
      return { session: await stash.restored(name), directory };
    },
    goBack: async (gtid) => {
      const { stopCommand, startCommand } = source.primary();
      const commands = ['--stop-command', stopCommand.at(-1) ?? '', '--start-command', startCommand.at(-1) ?? ''];
      const host = `db-${source.servers.indexOf(source.primary())}`;
      const inPlace = ['--target-host', host, '--allow-overwrite', '--previous-data', 'Discard', ...commands];
      const { code, stderr } = await stash.stash('restore', 'orders', '--gtid', gtid, ...inPlace, '--wait');
      return code === 0 ? undefined : stderr;
    },
    dispose: async () => {
      await stash.dispose();
      await door.stop();
      await source.dispose();
      rmSync(stash.dir, { recursive: true, force: true });
    },
  };
}

const APP_BINDING = { apiVersion: 'appcatalog.appscode.com/v1alpha1', kind: 'AppBinding' };
const TARGET = { ref: { ...APP_BINDING, name: 'orders' } };

function replicated({ servers }: Source) {
  const listed = servers.map(({ socket }, index) => ({ name: `db-${index}`, url: `unix(${socket})/` }));
  const spec = {
    type: 'mariadb',
    clientConfig: { url: listed[0]?.url },
    secret: { name: 'login' },
    parameters: { stash: { servers: listed } },
  };
  const execOps = [{ alias: 'full' }, { alias: 'incremental' }, { alias: 'log' }];
  return [
    { ...APP_BINDING, metadata: { name: 'orders', namespace: 'default' }, spec },
    configuration('orders', 'repo', [], { target: TARGET, execOps, chain: { maxRatio: 100 } }),
  ];
}
