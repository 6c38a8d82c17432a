import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { BackupSession } from '../../api/backup-session.ts';
import { makeBackupAccount } from '../../functions/mariadb/testing/backup-account.ts';
import { startTestServer, type TestServer } from '../../functions/mariadb/testing/test-server.ts';
import { eventually } from './testing/eventually.ts';
import { type Machine, machine } from './testing/machine.ts';
import { configuration, localRepository, restore, secret, session } from './testing/manifests.ts';
import { quickRepository } from './testing/repository.ts';

const REPLICATION = { username: 'repl', password: 'follow-me' };
const APP_BINDING = { apiVersion: 'appcatalog.appscode.com/v1alpha1', kind: 'AppBinding' };
const target = { ref: { ...APP_BINDING, name: 'orders' } };

let servers: [TestServer, TestServer];
let stash: Machine;

before(async () => {
  const options = (id: number, more: string[] = []) => [`server_id=${id}`, 'log_bin=binlog', 'log_slave_updates=ON', ...more];
  servers = await Promise.all([
    startTestServer({ tcp: true, options: options(1) }),
    startTestServer({ tcp: true, options: options(2, ['log_slave_updates=OFF']) }),
  ]);
  const [first, second] = servers;
  const { username, password } = REPLICATION;
  for (const server of servers) await server.sql('RESET MASTER; SET GLOBAL gtid_slave_pos = ""');
  await follow(second, first);
  await first.sql(
    `CREATE USER '${username}'@'127.0.0.1' IDENTIFIED BY '${password}'; GRANT REPLICATION SLAVE ON *.* TO '${username}'@'127.0.0.1'`,
  );
  await makeBackupAccount(first);
  await first.sql('CREATE DATABASE d; CREATE TABLE d.a (i INT PRIMARY KEY); INSERT INTO d.a VALUES (1)');
  await replicated(second, 1);
  stash = await machine();
  const path = join(stash.dir, 'repository');
  quickRepository(path);
  await stash.apply(secret('secret'), localRepository('repo', path), secret('login', { username: 'stash', password: 'change-me' }));
  await stash.apply(binding(), configuration('orders', 'repo', [], { target, execOps: [{ alias: 'full' }, { alias: 'log' }] }));
  await stash.up();
});
after(async () => {
  await Promise.all((servers ?? []).map((server) => server.dispose()));
  await stash?.dispose();
});

function binding(more: { datadir?: boolean } = {}) {
  const listed = servers.map(({ socket, datadir }, index) => ({
    name: `db-${index}`,
    url: `unix(${socket})/`,
    ...(more.datadir ? { datadir } : {}),
  }));
  const spec = { type: 'mariadb', clientConfig: {}, secret: { name: 'login' }, parameters: { stash: { servers: listed } } };
  return { ...APP_BINDING, metadata: { name: 'orders', namespace: 'default' }, spec };
}

async function follow(replica: TestServer, primary: TestServer): Promise<void> {
  const { host, port } = primary.connection(REPLICATION, 'tcp');
  const login = `MASTER_USER='${REPLICATION.username}', MASTER_PASSWORD='${REPLICATION.password}', MASTER_CONNECT_RETRY=1`;
  await replica.sql(`CHANGE MASTER TO MASTER_HOST='${host}', MASTER_PORT=${port}, ${login}, MASTER_USE_GTID=slave_pos; START SLAVE`);
}

async function replicated(server: TestServer, rows: number): Promise<void> {
  await eventually(`${rows} rows have come to the replica`, async () => {
    const [row] = await server.sql('SELECT COUNT(*) FROM d.a').catch(() => []);
    return row?.[0] === String(rows);
  });
}

async function backedUp(name: string): Promise<BackupSession> {
  await stash.apply(session(name, 'orders'));
  return stash.backedUp(name);
}

async function logged(): Promise<void> {
  const { code, stderr } = await stash.stash('backup', 'orders', '--alias', 'log', '--wait');
  assert.equal(code, 0, stderr);
}

const hostsOf = ({ status }: BackupSession) =>
  (status?.targets?.[0]?.stats ?? []).map(({ hostname, phase, role, operation, errorCode }) =>
    [hostname, role, phase, phase === 'Succeeded' ? undefined : (errorCode ?? operation?.reason)].filter(Boolean).join(' '),
  );

test('of two servers that replicate the primary alone is backed up, and what a replica would lack is said', async () => {
  const { code, stderr } = await stash.stash('backup', 'orders', '--alias', 'full', '--wait');
  assert.equal(code, 0, stderr);
  const [ended] = await stash.store.list('BackupSession');
  assert.ok(ended);
  assert.equal(ended.status?.phase, 'Succeeded', ended.status?.message);
  assert.deepEqual(hostsOf(ended), ['db-0 Primary Succeeded', 'db-1 Replica Skipped NotPrimary']);
  const { stdout } = await stash.stash('describe', `bs/${ended.metadata.name}`);
  assert.match(stdout, /Replica \(.*slaves=1/);
  const wide = await stash.stash('get', 'bs', '-o', 'wide');
  assert.match(wide.stdout, /PRIMARY[\s\S]*db-0/);
  const told = (one?: BackupConfiguration) => one?.status?.conditions?.some(({ type }) => type === 'LogSlaveUpdates') === true;
  const { status } = await stash.until('BackupConfiguration', 'orders', 'told of the logs', told);
  const condition = status?.conditions?.find(({ type }) => type === 'LogSlaveUpdates');
  assert.deepEqual([condition?.status, condition?.reason], ['False', 'LogSlaveUpdatesOff']);
  assert.match(condition?.message ?? '', /OFF on db-1 of AppBinding\/orders/);
  await logged();
});

test('while both take writes nothing is backed up, and each says what it has; after the failover it is the new primary', async () => {
  const [first, second] = servers;
  await second.sql('STOP SLAVE; RESET SLAVE ALL');
  const split = await backedUp('split');
  assert.deepEqual([split.status?.phase, split.status?.reason], ['Failed', 'SeveralPrimaries']);
  assert.match(split.status?.message ?? '', /db-0 is a primary \(.*serverId=1.*db-1 is a primary \(.*serverId=2/);
  await follow(first, second);
  await second.sql('INSERT INTO d.a VALUES (2)');
  await replicated(first, 2);
  const ended = await backedUp('after');
  assert.deepEqual(hostsOf(ended), ['db-0 Replica Skipped NotPrimary', 'db-1 Primary Succeeded'], ended.status?.message);
  await logged();
  const holes = (await stash.store.list('Event')).filter(({ reason }) => reason === 'LogHole');
  assert.match(holes[0]?.message ?? '', /host db-1: Failover: .* does not go on from series \w+ of db-0, archived up to GTID 0-1-\d+/);
});

test('a server that is down does not count; the primary is backed up', async () => {
  await servers[0].stop();
  const ended = await backedUp('down');
  assert.equal(ended.status?.phase, 'Succeeded', ended.status?.message);
  assert.deepEqual(hostsOf(ended), ['db-0 Skipped DatabaseUnreachable', 'db-1 Primary Succeeded']);
  await logged();
});

test('a restore says which server it is for, and puts nothing into the directory of another', async () => {
  const [first, second] = servers;
  const run = async (name: string, spec: Record<string, unknown>) => {
    const { startCommand } = first;
    const more = { allowOverwrite: true, previousData: 'Discard', stopCommand: ['true'], startCommand, ...spec };
    await stash.apply(restore(name, 'repo', 'orders', more));
    return stash.restored(name);
  };
  const unnamed = await run('unnamed', { target });
  assert.equal(unnamed.status?.phase, 'Invalid');
  assert.match(unnamed.status?.message ?? '', /servers db-0, db-1, and nothing says which/);
  const chosen = { ...target, rules: [{ targetHosts: ['db-0'] }] };
  const misplaced = await run('misplaced', { target: chosen });
  assert.equal(misplaced.status?.phase, 'Invalid');
  assert.match(misplaced.status?.message ?? '', /db-0 would be restored from a backup of db-1.*servers\[0\]\.datadir/);
  await stash.apply(binding({ datadir: true }));
  const pid = second.process()?.pid;
  const inode = statSync(second.datadir).ino;
  const done = await run('placed', { target: chosen });
  assert.equal(done.status?.phase, 'Succeeded', JSON.stringify(done.status));
  assert.deepEqual(
    done.status?.plan?.map(({ hostname, sourceHost, destination }) => [hostname, sourceHost, destination]),
    [['db-0', 'db-1', first.datadir]],
  );
  assert.deepEqual(await first.sql('SELECT COUNT(*) FROM d.a'), [['2']]);
  assert.equal(second.process()?.pid, pid, 'the other was left alone');
  assert.equal(statSync(second.datadir).ino, inode);
});
