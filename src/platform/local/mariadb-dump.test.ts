import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { BackupSession } from '../../api/backup-session.ts';
import { KIND_NAMES } from '../../api/kinds.ts';
import type { AnyObject } from '../../api/object.ts';
import { makeDumpAccount } from '../../functions/mariadb/testing/backup-account.ts';
import { definitions, fillWithEverything } from '../../functions/mariadb/testing/everything.ts';
import { startTestServer, type TestServer } from '../../functions/mariadb/testing/test-server.ts';
import { DUMP_GRANTS } from '../../rules/mariadb-grants.ts';
import { databaseTarget } from './testing/database.ts';
import { eventually } from './testing/eventually.ts';
import { type Machine, machine } from './testing/machine.ts';
import { configuration, localRepository, restore, secret, session } from './testing/manifests.ts';
import { dataSnapshots, plainRestic, startRestic } from './testing/plain-restic.ts';
import { quickRepository } from './testing/repository.ts';

const LOGIN = { username: 'stash-dump', password: 'donkey-battery-4711' };
const ROOT = { username: 'root-remote', password: 'mule-battery-4711' };
const APP = { apiVersion: 'appcatalog.appscode.com/v1alpha1', kind: 'AppBinding' };

let server: TestServer;
let other: TestServer;
let stash: Machine;
let path: string;

before(async () => {
  [server, other] = await Promise.all([
    startTestServer({ tcp: true, options: ['log-bin', 'server-id=7'] }),
    startTestServer({ tcp: true }),
  ]);
  await fillWithEverything(server);
  await makeDumpAccount(server, LOGIN.password);
  for (const one of [server, other])
    await one.sql(`CREATE USER '${ROOT.username}'@'localhost' IDENTIFIED BY '${ROOT.password}';
      GRANT ALL ON *.* TO '${ROOT.username}'@'localhost' WITH GRANT OPTION`);
  stash = await machine();
  path = join(stash.dir, 'repository');
  quickRepository(path);
  await stash.apply(secret('secret'), localRepository('repo', path), secret('login', LOGIN), secret('root', ROOT));
  await stash.apply(binding('shop', server, 'login'), binding('copy', other, 'root'), binding('shop-root', server, 'root'));
  await stash.apply(dumping('shop', 'mariadb-dump', { users: 'true' }));
  await stash.up();
});
after(async () => {
  await stash?.dispose();
  await server?.dispose();
  await other?.dispose();
});

function binding(name: string, of: TestServer, login: string, spec: Record<string, unknown> = {}): AnyObject {
  const { host, port } = of.connection(LOGIN, 'tcp');
  const clientConfig = { url: `tcp(${host}:${port})/` };
  return {
    ...APP,
    metadata: { name, namespace: 'default' },
    spec: { type: 'mariadb', version: '10.11', clientConfig, secret: { name: login }, ...spec },
  } as AnyObject;
}

const dumping = (name: string, task: string, params: Record<string, string> = {}, over: Record<string, unknown> = {}) =>
  configuration(name, 'repo', [], { target: databaseTarget(name), task: { name: task, params: list(params) }, ...over });
const list = (params: Record<string, string>) => Object.entries(params).map(([name, value]) => ({ name, value }));
const outcome = ({ status }: BackupSession) => `${status?.phase} ${status?.reason}`;
const hostOf = (ended: BackupSession) => ended.status?.targets?.[0]?.stats?.[0];
const restoring = (name: string, to: string, params: Record<string, string>, spec: Record<string, unknown> = {}) =>
  restore(name, 'repo', 'shop', {
    target: { ...databaseTarget(to), alias: to, rules: [{ sourceHost: 'shop', snapshots: ['latest'] }] },
    task: { name: 'mariadb-dump-restore', params: list(params) },
    ...spec,
  });

const waiting = () =>
  server.sql("SELECT 1 FROM information_schema.PROCESSLIST WHERE USER = 'stash-dump' AND STATE LIKE 'Waiting for table%'");

async function backedUp(name: string, invoker: string): Promise<BackupSession> {
  await stash.apply(session(name, invoker));
  return stash.backedUp(name);
}

test('a dump by TCP is stored straight from mariadb-dump, with its position, and no password is anywhere', async () => {
  const ended = await backedUp('first', 'shop');
  assert.equal(outcome(ended), 'Succeeded DataStored', JSON.stringify(ended.status));
  const [[file, position] = []] = await server.sql('SHOW MASTER STATUS');
  const [[gtid] = []] = await server.sql('SELECT @@gtid_binlog_pos');
  const recorded = hostOf(ended)?.position as Record<string, unknown>;
  assert.deepEqual([recorded.binlogFile, String(recorded.binlogPosition), recorded.gtid], [file, position, gtid]);
  assert.deepEqual(recorded.notTransactional, ['shop.aria']);
  const [snapshot] = await dataSnapshots(path, 'shop');
  assert.deepEqual(snapshot?.paths, ['/dumpfile.sql']);
  const state = join(stash.dataDir, 'agents/target/default/AppBinding/shop/shop/state');
  assert.deepEqual(readdirSync(state).includes('run') ? readdirSync(join(state, 'run')) : [], []);
});

test('it comes back the same on another server, with accounts when asked, and what is there is not overwritten unasked', async () => {
  const wanted = await definitions(server);
  await stash.apply(restoring('there', 'copy', { users: 'true' }));
  const { status } = await stash.restored('there');
  assert.equal(status?.phase, 'Succeeded', JSON.stringify(status));
  assert.deepEqual(await definitions(other), wanted);
  assert.deepEqual(await other.sql("SHOW GRANTS FOR 'reader'@'%'"), await server.sql("SHOW GRANTS FOR 'reader'@'%'"));
  assert.deepEqual(await other.sql('SELECT @@gtid_slave_pos'), await other.sql("SELECT ''"));

  await stash.apply(restoring('again', 'copy', {}));
  const again = await stash.restored('again');
  assert.match(JSON.stringify(again.status), /DestinationNotEmpty.*shop, we`ird ü/);
  await stash.apply(restoring('kept', 'copy', {}, { allowOverwrite: true, previousData: 'Keep' }));
  assert.match(JSON.stringify((await stash.restored('kept')).status), /cannot keep those that were there.*previousData: Discard/);
});

test('one database of it replaces what has its names, and leaves the others', async () => {
  await other.sql(
    'DELETE FROM shop.parts; DELETE FROM shop.orders; CREATE TABLE shop.later (i INT); SET NAMES utf8mb4; DELETE FROM `we``ird ü`.t; DO SLEEP(1.1)',
  );
  await stash.apply(restoring('part', 'copy', { databases: 'shop' }, { allowOverwrite: true, previousData: 'Discard' }));
  const { status } = await stash.restored('part');
  assert.equal(status?.phase, 'Succeeded', JSON.stringify(status));
  assert.match(JSON.stringify(status), /left as they were.*shop\.later/);
  assert.deepEqual(await other.sql('CHECKSUM TABLE shop.orders'), await server.sql('CHECKSUM TABLE shop.orders'));
  assert.deepEqual(await other.sql('SELECT COUNT(*) FROM `we``ird ü`.t'), [['0']]);
  await stash.apply(restoring('absent', 'copy', { databases: 'nosuch' }));
  assert.match(JSON.stringify((await stash.restored('absent')).status), /no database nosuch; it has shop, we`ird ü/);
});

test('a target that is only dumped is restored from its dump without more being said', async () => {
  await server.sql('DROP DATABASE shop');
  await stash.apply(restore('itself', 'repo', 'shop', { target: databaseTarget('shop'), allowOverwrite: true, previousData: 'Discard' }));
  const { status } = await stash.restored('itself');
  assert.match(JSON.stringify(status), /DatabaseGrantMissing.*stash-dump may not carry out a statement of the dump/);
  await stash.apply(binding('shop', server, 'root'));
  await stash.apply(restore('itself-2', 'repo', 'shop', { target: databaseTarget('shop'), allowOverwrite: true, previousData: 'Discard' }));
  const again = await stash.restored('itself-2');
  assert.equal(again.status?.phase, 'Succeeded', JSON.stringify(again.status));
  assert.deepEqual(await other.sql('CHECKSUM TABLE shop.orders'), await server.sql('CHECKSUM TABLE shop.orders'));
  await stash.apply(binding('shop', server, 'login'));
});

test('the names of AppsCode’s addon mean the same, with its args', async () => {
  const addon = { name: 'mariadb-backup-10.6.23', params: list({ args: '--databases shop --skip-triggers' }) };
  await stash.apply(binding('addon', server, 'login', { parameters: { stash: { addon: { backupTask: addon } } } }));
  await stash.apply(configuration('addon', 'repo', [], { target: databaseTarget('addon') }));
  const ended = await backedUp('addon', 'addon');
  assert.equal(outcome(ended), 'Succeeded DataStored', JSON.stringify(ended.status));
  const [snapshot] = await dataSnapshots(path, 'addon');
  const dump = await plainRestic(path, 'dump', snapshot?.id ?? '', '/dumpfile.sql');
  assert.match(dump, /Current Database: `shop`/);
  assert.doesNotMatch(dump, /we``ird|CREATE TRIGGER|trigger shop/i);
});

test('a dump that AppsCode’s addon stored is restored too', async () => {
  const { child, ended } = await startRestic(path, 'backup', '--stdin', '--stdin-filename', 'dumpfile.sql', '--host', 'host-0');
  const args = ['--no-defaults', `--socket=${server.socket}`, '--user=root', '--databases', 'shop'];
  const dump = spawn('mariadb-dump', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  dump.stdout.pipe(child.stdin);
  child.stdout.resume();
  assert.equal(await ended, 0);
  await other.sql('DROP DATABASE shop');
  const rules = [{ sourceHost: 'host-0', snapshots: ['latest'] }];
  await stash.apply(
    restoring('foreign', 'copy', {}, { target: { ...databaseTarget('copy'), rules }, task: { name: 'mariadb-restore-10.6.23' } }),
  );
  const { status } = await stash.restored('foreign');
  assert.equal(status?.phase, 'Succeeded', JSON.stringify(status));
  assert.deepEqual(await other.sql('CHECKSUM TABLE shop.orders'), await server.sql('CHECKSUM TABLE shop.orders'));
});

test('args that write, log in elsewhere or hide errors are refused with what is allowed', async () => {
  const hostile = [
    '--result-file=/tmp/x',
    '--force',
    '--user=root',
    '--defaults-file=/etc/my.cnf',
    '--resul=/tmp/x',
    '-r/tmp/x',
    '--tab=/tmp',
  ];
  for (const [index, args] of hostile.entries()) {
    const name = `hostile-${index}`;
    await stash.apply(binding(name, server, 'login'), dumping(name, 'mariadb-dump', { args }));
    assert.match(JSON.stringify((await backedUp(name, name)).status), new RegExp(`Invalid.*args: ${args.split('=')[0]}.* is not allowed`));
  }
});

test('a server that dies in the middle of a dump leaves no snapshot, and the error is of the database', async () => {
  await server.sql(`CREATE DATABASE big; CREATE TABLE big.t (i INT PRIMARY KEY, t LONGTEXT);
    INSERT INTO big.t SELECT seq, REPEAT(MD5(seq), 4000) FROM shop.seq_1_to_1500`);
  const before = (await dataSnapshots(path)).length;
  const lock = await server.hold('LOCK TABLES big.t WRITE');
  await stash.apply(session('dies', 'shop'));
  await eventually('the dump waits for a table', async () => (await waiting()).length > 0, stash.log);
  assertHiddenFromProc();
  const pid = server.process()?.pid ?? 0;
  process.kill(pid, 'SIGKILL');
  const ended = await stash.backedUp('dies');
  await lock.close().catch(() => undefined);
  assert.match(outcome(ended), /^Failed/);
  assert.match(JSON.stringify(ended.status), /DatabaseUnreachable/);
  assert.equal((await dataSnapshots(path)).length, before);
  await server.start();
});

test('each grant of the example is needed, and the one that is missing is named', async () => {
  for (const grant of DUMP_GRANTS) {
    const name = `without-${grant.toLowerCase().replace(' ', '-')}`;
    const rest = DUMP_GRANTS.filter((one) => one !== grant);
    const login = { username: name, password: LOGIN.password };
    await server.sql(
      `CREATE USER '${name}'@'localhost' IDENTIFIED BY '${LOGIN.password}'; GRANT ${rest.join(', ')} ON *.* TO '${name}'@'localhost'`,
    );
    await stash.apply(secret(name, login), binding(name, server, name), dumping(name, 'mariadb-dump'));
    const { status } = await backedUp(name, name);
    assert.match(JSON.stringify(status), new RegExp(`DatabaseGrantMissing.*the database user lacks ${grant} on \\*`));
  }
});

test('where the storage goes away in the middle, that is what the error is about', async () => {
  const lock = await server.hold('LOCK TABLES big.t WRITE');
  await stash.apply(session('away', 'shop'));
  await eventually('the dump waits for a table', async () => (await waiting()).length > 0, stash.log);
  process.kill(stash.resticOf('backup')?.pid ?? 0, 'SIGKILL');
  const { status } = await stash.backedUp('away');
  assert.match(JSON.stringify(status?.targets), /"code":"CommandFailed"|CommandFailed/);
  await eventually('nothing of the dump is left on the server', async () => (await waiting()).length === 0, stash.log);
  await lock.close();
});

test('no password is in status, log, journal or output', async () => {
  const objects = await Promise.all(KIND_NAMES.filter((kind) => kind !== 'Secret').map((kind) => stash.store.list(kind)));
  const texts: [string, string][] = [
    ['objects', JSON.stringify(objects)],
    ['log', stash.log()],
  ];
  for (const name of readdirSync(stash.dataDir, { recursive: true, encoding: 'utf8' }))
    if (/journal|orders|\.log|logs/.test(name) && !/secret|store|sqlite/.test(name)) texts.push([name, readOr(join(stash.dataDir, name))]);
  for (const [where, text] of texts)
    for (const { password } of [LOGIN, ROOT]) assert.ok(!text.includes(password), `a password is in ${where}`);
});

function assertHiddenFromProc(): void {
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one)))
    for (const file of ['cmdline', 'environ'])
      assert.ok(!readOr(join('/proc', name, file)).includes(LOGIN.password), `the password is in /proc/${name}/${file}`);
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
