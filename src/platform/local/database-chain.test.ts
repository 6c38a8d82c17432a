import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeAccount } from '../../functions/mariadb/testing/backup-account.ts';
import { startTestServer, type TestServer } from '../../functions/mariadb/testing/test-server.ts';
import { database, databaseTarget } from './testing/database.ts';
import { type Machine, machine } from './testing/machine.ts';
import { localRepository, restore, secret, session } from './testing/manifests.ts';
import { quickRepository } from './testing/repository.ts';

const LOGIN = { username: 'backup', password: 'horse-battery-4711' };

let server: TestServer;
let stash: Machine;
let staged: string;

before(async () => {
  server = await startTestServer({ options: ['log_bin=binlog', 'server_id=1'] });
  await server.sql('CREATE DATABASE d; CREATE TABLE d.a (i INT PRIMARY KEY, t TEXT)');
  await makeAccount(server, LOGIN, 'RELOAD, PROCESS, BINLOG MONITOR, SLAVE MONITOR, REPLICATION SLAVE');
  stash = await machine();
  staged = join(stash.dataDir, 'agents/target/default/AppBinding/orders/orders/chain');
  quickRepository(join(stash.dir, 'repository'));
  await stash.apply(secret('secret'), localRepository('repo', join(stash.dir, 'repository')), secret('login', LOGIN));
  const execOps = [{ alias: 'full' }, { alias: 'incremental' }];
  // Of so small a database an incremental is as large as the full.
  const chain = { maxIncrementals: 96, maxRatio: 100, onLostStage: 'Full' };
  await stash.apply(...database('orders', server.socket, 'login', { execOps, chain }));
  await stash.up();
});
after(async () => {
  await server?.dispose();
  await stash?.dispose();
});

async function backup(name: string) {
  await stash.apply(session(name, 'orders', { alias: 'incremental' }));
  const { status } = await stash.backedUp(name);
  const host = status?.targets?.[0]?.stats?.[0];
  assert.equal(status?.phase, 'Succeeded', `${status?.message} ${host?.error}`);
  return { told: `${status?.operation?.performed} ${status?.operation?.reason}`, message: host?.message ?? '' };
}
const write = (from: number) => server.sql(`INSERT INTO d.a SELECT seq, REPEAT('x', 500) FROM d.seq_${from}_to_${from + 999}`);
const links = () => readdirSync(staged).filter((name) => name !== 'metadata.index');

test('a server is backed up by a full and incrementals, brought back as a whole, and begun anew where that must be', async () => {
  await write(1);
  assert.equal((await backup('one')).told, 'Full NoSnapshot');
  await write(1001);
  assert.equal((await backup('two')).told, 'Incremental Requested');
  await server.sql('CREATE TABLE d.b (i INT); INSERT INTO d.b VALUES (1)');
  assert.equal((await backup('three')).told, 'Incremental Requested');
  assert.deepEqual(links(), ['full', 'incremental-0001', 'incremental-0002']);
  const expected = await server.sql('CHECKSUM TABLE d.a, d.b');

  await server.sql('DROP TABLE d.b; DELETE FROM d.a');
  const { stopCommand, startCommand } = server;
  const spec = { target: databaseTarget('orders'), allowOverwrite: true, previousData: 'Discard', stopCommand, startCommand };
  await stash.apply(restore('back', 'repo', 'orders', spec));
  const { status } = await stash.restored('back');
  assert.equal(status?.phase, 'Succeeded', JSON.stringify(status));
  assert.deepEqual(await server.sql('CHECKSUM TABLE d.a, d.b'), expected);

  assert.equal((await backup('after')).told, 'Full LineageChanged');
  assert.equal((await backup('next')).told, 'Incremental Requested');
  rmSync(staged, { recursive: true });
  assert.equal((await backup('four')).told, 'Full FullMissing');
  assert.equal((await backup('five')).told, 'Incremental Requested');
});
