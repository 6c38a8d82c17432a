import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { BackupSession } from '../../api/backup-session.ts';
import { KIND_NAMES } from '../../api/kinds.ts';
import { makeAccount } from '../../functions/mariadb/testing/backup-account.ts';
import { startTestServer, type TestServer } from '../../functions/mariadb/testing/test-server.ts';
import { database, databaseMachine, databaseTarget, type MariadbTools, onSmallDisk } from './testing/database.ts';
import { eventually } from './testing/eventually.ts';
import type { Machine } from './testing/machine.ts';
import { localRepository, restore, secret, session } from './testing/manifests.ts';
import { dataSnapshots, plainRestic } from './testing/plain-restic.ts';
import { quickRepository } from './testing/repository.ts';

const LOGIN = { username: 'backup', password: 'horse-battery-4711' };
const GRANTS = 'RELOAD, PROCESS, BINLOG MONITOR, SLAVE MONITOR';
const TABLES = 'd.a, d.b, d.m';

let server: TestServer;
let stash: Machine;
let tools: MariadbTools;
let path: string;
let stage: string;
/** What commands of `stash` printed. */
let printed = '';

before(async () => {
  server = await startTestServer();
  await server.sql(`CREATE DATABASE d; CREATE TABLE d.a (i INT PRIMARY KEY, t TEXT); CREATE TABLE d.b (i INT) ENGINE=Aria;
    CREATE TABLE d.m (i INT) ENGINE=MyISAM; INSERT INTO d.m VALUES (7); INSERT INTO d.b VALUES (1), (2);
    INSERT INTO d.a SELECT seq, REPEAT(CHAR(65 + seq % 26), 200) FROM d.seq_1_to_3000`);
  await makeAccount(server, LOGIN, GRANTS);
  ({ stash, tools } = await databaseMachine(join(server.directory, 'tools')));
  path = join(stash.dir, 'repository');
  stage = join(stash.dataDir, 'agents/target/default/AppBinding/orders/orders');
  quickRepository(path);
  const execOps = [
    { alias: 'full', schedule: '0 0 1 1 *' },
    { alias: 'incremental', schedule: '0 1 1 1 *' },
    { alias: 'log', schedule: '0 2 1 1 *' },
    { alias: 'restoreTest', schedule: '0 3 1 1 *' },
  ];
  await stash.apply(secret('secret'), localRepository('repo', path), secret('login', LOGIN));
  await stash.apply(...database('orders', server.socket, 'login', { execOps }));
  await stash.up();
});
after(async () => {
  // A server that a restore has started counts among the processes of the machine.
  await server?.dispose();
  await stash?.dispose();
});

const outcome = ({ status }: BackupSession) => `${status?.phase} ${status?.reason}`;
const hostOf = (ended: BackupSession) => ended.status?.targets?.[0]?.stats?.[0];
const copying = () => stash.processes().flatMap(({ pid, args }) => (args.includes('--backup') ? [pid] : []));
const checksums = () => server.sql(`CHECKSUM TABLE ${TABLES}`);
const threads = () => server.sql(`SELECT ID, STATE FROM information_schema.PROCESSLIST WHERE USER = '${LOGIN.username}'`);
const run = promisify(execFile);

async function cli(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await stash.stash(...args);
  printed += stdout + stderr;
  assert.equal(code, 0, stderr);
  return stdout;
}

/** The chain is whole, and nothing is left of one that is not. */
function stageIsTidy(): void {
  assert.deepEqual(
    readdirSync(stage).filter((name) => /^(chain|next|old)/.test(name)),
    ['chain'],
  );
  assert.deepEqual(readdirSync(join(stage, 'chain')).sort(), ['full', 'metadata.index']);
  assert.deepEqual(
    existsSync(join(stage, 'state/run')) ? readdirSync(join(stage, 'state/run')) : [],
    [],
    'the files of functions are gone',
  );
}

async function serverIsFree(): Promise<void> {
  await eventually('no thread of a backup is left', async () => (await threads()).length === 0);
  await server.sql('SET lock_wait_timeout=1; BACKUP STAGE START; BACKUP STAGE END; CREATE TABLE d.x (i INT); DROP TABLE d.x');
}

/** A mariadb-backup that waits for its lock while another session holds a table: its thread. */
async function waitingForLock(not?: string): Promise<string> {
  let found: string | undefined;
  await eventually(
    'a backup waits for its lock',
    async () => {
      found = (await threads()).find(([id, state]) => id !== not && /backup lock/.test(state ?? ''))?.[0];
      return found !== undefined;
    },
    stash.log,
  );
  return found ?? '';
}

function assertHidden(where: string, text: string): void {
  assert.ok(!text.includes(LOGIN.password), `the password is in ${where}`);
}

function assertHiddenFromProc(): void {
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one)))
    for (const file of ['cmdline', 'environ']) {
      const place = join('/proc', name, file);
      let text = '';
      try {
        text = readFileSync(place, 'latin1');
      } catch {
        // it has ended
      }
      assertHidden(place, text);
    }
}

test('of four aliases three are scheduled, the full runs, and the last says that it is not built yet', async () => {
  const { status } = await stash.until('BackupConfiguration', 'orders', 'judged', (one) => one?.status?.execOps?.length === 4);
  assert.deepEqual(
    status?.execOps?.map(({ alias, state }) => `${alias} ${state}`),
    ['full Scheduled', 'incremental Scheduled', 'log Scheduled', 'restoreTest NotSupportedYet'],
  );
  for (const alias of ['restoreTest']) {
    await stash.apply(session(alias.toLowerCase(), 'orders', { alias }));
    assert.equal(outcome(await stash.backedUp(alias.toLowerCase())), 'Failed NotSupportedYet');
  }
  const asked = await stash.stash('backup', 'orders', '--alias', 'restoreTest', '--wait');
  assert.notEqual(asked.code, 0);
  assert.match(asked.stderr, /NotSupportedYet/);
  await cli('backup', 'orders', '--alias', 'full', '--wait');
  assert.equal((await dataSnapshots(path, 'orders')).length, 1);
  stageIsTidy();
});

test('a restore stops the server, brings every row back and starts it again', async () => {
  const expected = await checksums();
  await server.sql('DROP TABLE d.b; UPDATE d.a SET t = "lost"; INSERT INTO d.m VALUES (8)');
  const { stopCommand, startCommand } = server;
  const pid = server.process()?.pid;
  const spec = { target: databaseTarget('orders'), allowOverwrite: true, previousData: 'Discard', stopCommand, startCommand };
  await stash.apply(restore('back', 'repo', 'orders', spec));
  const { status } = await stash.restored('back');
  assert.equal(status?.phase, 'Succeeded', JSON.stringify(status));
  assert.deepEqual(await checksums(), expected);
  assert.notEqual(server.process()?.pid, pid);
});

test('a restore into a directory leaves the server alone, and a server runs on what it wrote', async () => {
  const pid = server.process()?.pid;
  const to = join(server.directory, 'other');
  await cli('restore', 'orders', '--to', to, '--wait');
  assert.equal(server.process()?.pid, pid);
  assert.deepEqual(await checksumsIn(to), await checksums());
});

async function checksumsIn(datadir: string): Promise<string[][]> {
  const folder = join(server.directory, 'run-other');
  mkdirSync(folder, { mode: 0o777 });
  const { uid, gid } = statSync(datadir);
  await run('chown', [`${uid}:${gid}`, folder]);
  const socket = join(folder, 'sock');
  const options = [
    `--datadir=${datadir}`,
    `--socket=${socket}`,
    `--pid-file=${folder}/pid`,
    `--tmpdir=${folder}`,
    '--skip-networking',
    `--user=${uid}`,
  ];
  const other = spawn('/usr/sbin/mariadbd', ['--no-defaults', ...options], { stdio: 'ignore' });
  const ended = once(other, 'exit');
  try {
    const ask = (sql: string) => run('mariadb', ['--no-defaults', `--socket=${socket}`, '--user=root', '--batch', '-N', '-e', sql]);
    await eventually('the other server answers', () =>
      ask('SELECT 1').then(
        () => true,
        () => false,
      ),
    );
    const { stdout } = await ask(`CHECKSUM TABLE ${TABLES}`);
    return stdout
      .trim()
      .split('\n')
      .map((line) => line.split('\t'));
  } finally {
    other.kill('SIGTERM');
    await ended;
  }
}

test('what stands between Stash and a database is the reason of the session, and nothing is stored', async () => {
  const wrong = { username: LOGIN.username, password: `${LOGIN.password}-wrong` };
  await stash.apply(secret('wrong', wrong), secret('keyless', { username: LOGIN.username }));
  const cases: [name: string, socket: string, secretName: string, reason: string, text: RegExp][] = [
    ['down', join(server.directory, 'no.sock'), 'login', 'DatabaseUnreachable', /no\.sock/],
    ['denied', server.socket, 'wrong', 'DatabaseAccessDenied', /backup/],
    ['secretless', server.socket, 'nowhere', 'SecretMissing', /AppBinding default\/secretless: the secret default\/nowhere/],
    ['keyless', server.socket, 'keyless', 'SecretKeyMissing', /"password"/],
  ];
  for (const grant of GRANTS.split(', ')) {
    const name = `without-${grant.toLowerCase().replace(' ', '-')}`;
    const grants = GRANTS.split(', ').filter((one) => one !== grant);
    await stash.apply(secret(name, { ...(await makeAccount(server, { ...LOGIN, username: name }, grants.join(', '))) }));
    cases.push([name, server.socket, name, 'DatabaseGrantMissing', new RegExp(`lacks .*${grant}`)]);
  }
  for (const [name, socket, secretName] of cases) await stash.apply(...database(name, socket, secretName), session(name, name));
  for (const [name, , , reason, text] of cases) {
    const ended = await stash.backedUp(name);
    assert.equal(outcome(ended), `Failed ${reason}`, `${name}: ${ended.status?.message}`);
    assert.match(ended.status?.message ?? '', text);
    assert.deepEqual(hostOf(ended)?.snapshots ?? [], []);
  }
  assert.equal((await dataSnapshots(path)).length, 1, 'only what the first test stored');
});

test('an agent killed while mariadb-backup runs: that one ends, the order is given again, and one snapshot more is stored', async (t) => {
  const had = (await dataSnapshots(path)).length;
  const held = await server.hold('LOCK TABLES d.m WRITE');
  t.after(() => held.close());
  await stash.apply(session('killed', 'orders'));
  const first = await waitingForLock();
  const firstPids = copying();
  assert.equal(firstPids.length, 1);
  assertHiddenFromProc();
  await stash.killAgent('target/default/AppBinding/orders');
  await waitingForLock(first);
  assert.deepEqual(
    copying().filter((pid) => firstPids.includes(pid)),
    [],
  );
  await eventually('the server has noticed that the first is gone', async () => !(await threads()).some(([id]) => id === first));
  await held.close();
  await storedAtSecondAttempt('killed', had);
});

test('an agent killed between the seal and the upload makes the backup again, and one snapshot more is stored', async () => {
  const had = (await dataSnapshots(path)).length;
  const held = stash.restic.hold('backup');
  await stash.apply(session('sealed', 'orders'));
  const restic = await held.reached();
  assert.ok(existsSync(join(stage, 'chain/full/xtrabackup_checkpoints')));
  assertHiddenFromProc();
  await stash.killAgent('target/default/AppBinding/orders', restic);
  held.release();
  await storedAtSecondAttempt('sealed', had);
});

async function storedAtSecondAttempt(name: string, had: number): Promise<void> {
  const ended = await stash.backedUp(name);
  assert.equal(ended.status?.phase, 'Succeeded', JSON.stringify(ended.status));
  assert.equal(hostOf(ended)?.attempts, 2);
  const all = (await dataSnapshots(path)).map((one) => one.id);
  assert.equal(all.length, had + 1);
  assert.ok(all.includes(hostOf(ended)?.snapshots?.[0]?.snapshotID ?? ''));
  const { entries } = JSON.parse((await plainRestic(path, 'dump', '--host', 'stash-records', 'latest', '/records')).split('\n')[0] ?? '');
  assert.deepEqual(entries.map((one: { id: string }) => one.id).sort(), all.sort(), 'each is recorded, once');
  stageIsTidy();
  await serverIsFree();
}

test('a stage that is full during the copy fails the session, and the chain that was there stays', {
  skip: process.getuid?.() !== 0 && 'a small file system needs root',
}, async () => {
  const index = readFileSync(join(stage, 'chain/metadata.index'), 'utf8');
  const had = (await dataSnapshots(path)).length;
  tools.before(onSmallDisk(4));
  await stash.apply(session('no-room', 'orders'));
  const ended = await stash.backedUp('no-room');
  tools.plain();
  assert.equal(outcome(ended), 'Failed StageFull', ended.status?.message);
  assert.equal(readFileSync(join(stage, 'chain/metadata.index'), 'utf8'), index);
  assert.equal((await dataSnapshots(path)).length, had);
  stageIsTidy();
  await serverIsFree();
});

test('the password of the database is in its Secret alone', async () => {
  for (const args of [
    ['get', 'bs', '-o', 'yaml'],
    ['get', 'appbinding', '-o', 'yaml'],
    ['describe', 'bs/killed'],
    ['logs', 'bs/killed'],
  ])
    await cli(...args);
  assertHidden('the output of the commands', printed);
  assertHidden('the log of stash up', stash.log());
  assert.match(tools.seen(), /mariadb-backup --defaults-file=/);
  assertHidden('the arguments or the environment of a MariaDB tool', tools.seen());
  for (const kind of KIND_NAMES.filter((one) => one !== 'Secret'))
    assertHidden(`an object of kind ${kind}`, JSON.stringify(await stash.store.list(kind)));
  const files = readdirSync(stash.dataDir, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  for (const file of files.filter(({ name }) => !name.startsWith('store.db')))
    assertHidden(join(file.parentPath, file.name), readFileSync(join(file.parentPath, file.name), 'latin1'));
});
