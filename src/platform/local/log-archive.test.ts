import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ExecOpStatus } from '../../api/invoker-status.ts';
import { makeBackupAccount } from '../../functions/mariadb/testing/backup-account.ts';
import { startTestServer, type TestServer } from '../../functions/mariadb/testing/test-server.ts';
import { parseLogIndex } from '../../rules/log/log-index.ts';
import { isLog } from '../../rules/log/log-tags.ts';
import { database, tickLog } from './testing/database.ts';
import { eventually } from './testing/eventually.ts';
import { type Machine, machine } from './testing/machine.ts';
import { localRepository, secret, session } from './testing/manifests.ts';
import { plainRestic } from './testing/plain-restic.ts';
import { quickRepository } from './testing/repository.ts';

let server: TestServer;
let stash: Machine;
let path: string;

before(async () => {
  server = await startTestServer({ options: ['log-bin=binlog'] });
  await server.sql('CREATE DATABASE d; CREATE TABLE d.t (i INT AUTO_INCREMENT PRIMARY KEY)');
  const login = await makeBackupAccount(server);
  stash = await machine();
  path = join(stash.dir, 'repository');
  quickRepository(path);
  const execOps = [
    { alias: 'full', schedule: '0 0 1 1 *' },
    { alias: 'log', schedule: '0 0 1 1 *' },
  ];
  await stash.apply(secret('secret'), localRepository('repo', path), secret('login', { ...login }));
  await stash.apply(...database('orders', server.socket, 'login', { execOps }));
  await stash.up();
  // A tick stores nothing in a repository that is just being opened.
  await stash.until('Repository', 'repo', 'ready', (one) => one?.status?.phase === 'Ready');
});
after(async () => {
  await server?.dispose();
  await stash?.dispose();
});

const gtid = async () => (await server.sql('SELECT @@gtid_binlog_pos'))[0]?.[0];
const logLine = async (): Promise<ExecOpStatus | undefined> =>
  (await stash.store.get('BackupConfiguration', { namespace: 'default', name: 'orders' }))?.status?.execOps?.find(
    ({ alias }) => alias === 'log',
  );

test('a tick archives the log of the server, with nothing but the order, and says how far it is', async () => {
  await server.sql('INSERT INTO d.t VALUES ()');
  const written = await gtid();
  await tickLog(stash, 'orders');
  await eventually('the log is archived', async () => (await logLine())?.gtid === written, stash.log);
  const line = await logLine();
  assert.equal(line?.error, undefined);
  assert.ok(line?.archivedTo);
  assert.deepEqual(await stash.store.list('BackupSession'), []);
  const [only, ...more] = JSON.parse(await plainRestic(path, 'snapshots', '--json')) as { tags: string[]; paths: string[] }[];
  assert.equal(more.length, 0);
  assert.ok(isLog(only?.tags ?? []));
  const staged = parseLogIndex(readFileSync(join(only?.paths[0] ?? '', 'log.index'), 'utf8'));
  assert.equal(staged?.until.gtid, written);
});

test('after a Full the log continues it, and a kill of the agent in the middle costs nothing', async () => {
  await stash.apply(session('full', 'orders', { alias: 'full' }));
  assert.equal((await stash.backedUp('full')).status?.phase, 'Succeeded');
  await server.sql('INSERT INTO d.t VALUES ()');
  const held = stash.restic.hold('backup');
  await tickLog(stash, 'orders');
  await held.reached();
  await stash.killAgent('target/');
  held.release();
  await eventually('the agent is missed', async () => ((await logLine())?.logs?.[0]?.orderID ?? '') === '', stash.log);
  await server.sql('INSERT INTO d.t VALUES ()');
  const written = await gtid();
  await tickLog(stash, 'orders');
  await eventually('the log is archived again', async () => (await logLine())?.gtid === written, stash.log);
  const line = await logLine();
  assert.equal(line?.error, undefined);
  assert.match(line?.logs?.[0]?.continues ?? '', /^[0-9a-f]{8}\.0$/);
  await stash.told('BackupConfiguration', 'orders', /LogArchiveRecovered/);
});

test('a session by hand archives the log now, and describe shows it', async () => {
  await server.sql('INSERT INTO d.t VALUES ()');
  const asked = await stash.stash('backup', 'orders', '--alias', 'log', '--wait');
  assert.equal(asked.code, 0, asked.stderr);
  assert.equal((await logLine())?.gtid, await gtid());
  const { stdout } = await stash.stash('describe', 'backupconfiguration', 'orders');
  assert.match(stdout, /Logs:\s+ALIAS/);
  const wide = await stash.stash('snapshots', 'repo', '-o', 'wide');
  assert.match(wide.stdout, /log [0-9a-f]{8}/);
});
