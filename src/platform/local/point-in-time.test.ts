import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { BackupSession } from '../../api/backup-session.ts';
import { makeBackupAccount } from '../../functions/mariadb/testing/backup-account.ts';
import { type ServerState, stateIn, stateOf } from '../../functions/mariadb/testing/server-state.ts';
import { startTestServer, type TestServer } from '../../functions/mariadb/testing/test-server.ts';
import { timeText } from '../../rules/window/recoverable.ts';
import { database, tickLog } from './testing/database.ts';
import { eventually } from './testing/eventually.ts';
import { type Machine, machine } from './testing/machine.ts';
import { localRepository, secret } from './testing/manifests.ts';
import { quickRepository } from './testing/repository.ts';

let server: TestServer;
let stash: Machine;
let path: string;
/** Right before the accident. */
let good: ServerState;
/** The newest that was stored. */
let newest: ServerState;
let accident = '';
/** A time between the two. */
let between = '';
let until = '';
let timeline = '';

before(async () => {
  server = await startTestServer({ options: ['log-bin=binlog', 'server-id=1', 'gtid-strict-mode=1'] });
  await server.sql('CREATE DATABASE d; CREATE TABLE d.orders (i INT PRIMARY KEY, t TEXT)');
  const account = await makeBackupAccount(server);
  stash = await machine();
  path = join(stash.dir, 'repository');
  quickRepository(path);
  await stash.apply(secret('secret'), localRepository('repo', path), secret('login', { ...account }));
  const execOps = ['full', 'incremental', 'log'].map((alias) => ({ alias, schedule: '0 0 1 1 *' }));
  await stash.apply(...database('orders', server.socket, 'login', { execOps }));
  await stash.up();
  await ok('backup', 'orders', '--alias', 'full', '--wait');
  await server.sql("INSERT INTO d.orders SELECT seq, REPEAT('x', 200) FROM d.seq_1_to_2000");
  good = await stateOf(server);
  const written = await clock();
  await eventually('the clock is two seconds further', async () => (await clock()) >= written + 2);
  between = timeText((written + 1) * 1000);
  await server.sql('DELETE FROM d.orders');
  accident = (await stateOf(server)).gtid;
  await server.sql("FLUSH BINARY LOGS; INSERT INTO d.orders VALUES (1, 'after')");
  newest = await stateOf(server);
  await storeLogs();
});
after(async () => {
  await server?.dispose();
  await stash?.dispose();
});

const clock = async () => Number((await server.sql('SELECT UNIX_TIMESTAMP()'))[0]?.[0]);

/** As a tick of the alias does it. */
async function storeLogs(): Promise<void> {
  await tickLog(stash, 'orders');
  const archived = (one?: BackupConfiguration) => {
    const line = one?.status?.execOps?.find(({ alias }) => alias === 'log');
    return line?.gtid === newest.gtid && line.archivedTo !== undefined;
  };
  const { status } = await stash.until('BackupConfiguration', 'orders', 'archived', archived);
  const log = status?.execOps?.flatMap(({ logs = [] }) => logs)[0];
  timeline = log?.timeline ?? '';
  until = log?.until ?? '';
}

async function ok(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await stash.stash(...args);
  assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
  return { stdout, stderr };
}

let count = 0;
async function restored(...args: string[]): Promise<ServerState> {
  const to = join(server.directory, `look-${++count}`);
  await ok('restore', 'orders', '--to', to, ...args, '--wait');
  const state = await stateIn(to, 'binlog');
  rmSync(to, { recursive: true });
  return state;
}

async function refused(text: RegExp, ...args: string[]): Promise<void> {
  const { code, stderr } = await stash.stash('restore', 'orders', '--to', join(server.directory, 'never'), ...args, '--wait');
  assert.notEqual(code, 0);
  assert.match(stderr, text);
}

test('the window tells what can be restored to, as a table, drawn and as JSON', async () => {
  const { stdout } = await ok('window', 'orders', '--draw');
  assert.match(stdout, new RegExp(`${timeline}.*━`));
  assert.match(stdout, new RegExp(`interval .* ${newest.gtid} .*${timeline} +repo`));
  const { repositories } = JSON.parse((await ok('window', 'orders', '-o', 'json')).stdout);
  assert.equal(repositories[0].repository, 'default/repo');
  assert.deepEqual([repositories[0].intervals[0].gtidTo, repositories[0].intervals[0].timeline], [newest.gtid, timeline]);
});

test('the configuration says in its status what it can be restored to', async () => {
  const isOpen = (one?: BackupConfiguration) => one?.status?.recoverable?.[0]?.timeline === timeline;
  const { status } = await stash.until('BackupConfiguration', 'orders', 'looked into', isOpen);
  assert.deepEqual([status?.recoverable?.[0]?.gtidTo, status?.recoverable?.[0]?.to], [newest.gtid, until]);
  const condition = status?.conditions?.find(({ type }) => type === 'RecoverableWindowOpen');
  assert.deepEqual([condition?.status, condition?.reason], ['True', 'LogsGoOn']);
});

test('the session of the backup says that it is replayable to the end of the logs, in time and GTID', async () => {
  const [full] = (await stash.store.list('BackupSession')).filter(({ status }) => status?.operation?.performed === 'Full');
  const isTold = (one?: BackupSession) => one?.status?.replayableUntil === until;
  const { status } = await stash.until('BackupSession', full?.metadata.name ?? '', 'replayable', isTold);
  const result = status?.targets?.[0]?.stats?.[0]?.repositories?.[0];
  assert.deepEqual(result?.replayable, { until, gtid: newest.gtid, timeline });
  assert.match((await ok('describe', 'backupsession', full?.metadata.name ?? '')).stdout, new RegExp(`^Replayable until: +${until}`, 'm'));
});

test('everything is back as it was just before the accident, by its GTID and by the time before it', async () => {
  assert.deepEqual(await restored('--gtid', accident, '--exclusive'), good);
  assert.deepEqual(await restored('--at', between), good);
  assert.deepEqual(await restored('--at', between.replace('Z', '+00:00'), '--exclusive'), good);
});

test('without a point, and with --latest, the logs are replayed to their end; a snapshot is that alone', async () => {
  assert.deepEqual(await restored(), newest);
  assert.deepEqual(await restored('--latest'), newest);
  const snapshots = JSON.parse((await ok('snapshots', 'repo', '-o', 'json')).stdout).items as {
    metadata: { uid: string };
    status: { operation: string };
  }[];
  const full = snapshots.find(({ status }) => status.operation === 'Full');
  const { checksums } = await restored('--snapshot', full?.metadata.uid ?? '');
  assert.ok(checksums.includes('d.orders 0'));
});

test('the plan is in the status: the point as it was asked for, what it means, and what is next to it', async () => {
  await restored('--at', between);
  const sessions = await stash.store.list('RestoreSession');
  const one = sessions.filter(({ status }) => status?.point?.asked === between).at(-1);
  const { status } = one ?? {};
  assert.equal(status?.point?.gtid, good.gtid);
  assert.deepEqual([status?.point?.before?.gtid, status?.point?.after?.gtid], [good.gtid, accident]);
  assert.ok((status?.point?.before?.time ?? '') < between && between < (status?.point?.after?.time ?? ''));
  assert.equal(status?.point?.timeline, timeline);
  assert.match(status?.point?.estimate ?? '', /^\d+ s for /);
  assert.equal(status?.plan?.[0]?.logs?.length, 1);
});

test('a dry run says what it would be made of, and makes nothing', async () => {
  const before = (await stash.store.list('RestoreSession')).length;
  const { stdout, stderr } = await ok('restore', 'orders', '--gtid', accident, '--to', '/srv/look', '--dry-run');
  assert.match(stderr, new RegExp(`point: ${accident}.*timeline ${timeline}\nbase: .*\nlogs: .*\nfetch: .*\ntime: +\\d+ s for `));
  assert.doesNotMatch(stderr, /not empty/);
  for (const point of [
    ['--at', between],
    ['--gtid', accident, '--exclusive'],
  ] as const) {
    const told = (await ok('restore', 'orders', ...point, '--to', stash.dir, '--dry-run')).stderr;
    assert.match(told, new RegExp(`^point: .*${point[1]}; which GTID that is, the log tells: .*\nin: +.*timeline ${timeline}, `));
    assert.match(told, /\n {2}base: .*\n {2}logs: .*\n {2}fetch: .*\n {2}time: +\d+ s for /);
    assert.match(told, /\nnote: .* is not empty: without --allow-overwrite the restore is refused/);
  }
  assert.match(stdout, /pointInTime:\n {4}gtid: /);
  assert.equal((await stash.store.list('RestoreSession')).length, before);
});

test('a point that cannot be restored to is refused, with what is next to it', async () => {
  await refused(new RegExp(`cannot be restored to; nearest is .*${until}.*PointOutsideWindow`), '--at', timeText(Date.now()));
  await refused(/2026-11-21T10:00:00Z cannot be restored to; nearest is .*PointOutsideWindow/, '--at', '2026-11-21T10:00:00Z');
  await refused(/0-1-99999 cannot be restored to; nearest.*PointOutsideWindow/, '--gtid', '0-1-99999');
  await refused(/no stored log holds the GTID 0-2-.*PointNotFound/, '--gtid', accident.replace('0-1-', '0-2-'));
  await refused(/of timeline 99999999.*PointOutsideWindow/, '--gtid', accident, '--timeline', '99999999');
});

test('after a hole the window is closed until the next backup, of whichever alias', async () => {
  const told = (reason: string) => (one?: BackupConfiguration) =>
    one?.status?.conditions?.find(({ type }) => type === 'RecoverableWindowOpen')?.reason === reason;
  const write = async (row: number) => {
    await server.sql(`INSERT INTO d.orders VALUES (${row}, 'later')`);
    newest = await stateOf(server);
    await storeLogs();
  };
  await server.sql('RESET MASTER');
  await write(2);
  await stash.until('BackupConfiguration', 'orders', 'closed', told('NoBackupYet'));
  const { stdout, stderr } = await ok('window', 'orders', '--no-draw');
  assert.match(stdout.trimEnd().split('\n').at(-1) ?? '', new RegExp(`^hole .* ${timeline} +repo$`));
  assert.match(stderr, /goes on from no backup; run a backup/);
  await ok('backup', 'orders', '--alias', 'incremental', '--wait');
  await write(3);
  await stash.until('BackupConfiguration', 'orders', 'open', told('LogsGoOn'));
  const last = (await ok('window', 'orders', '--no-draw')).stdout.trimEnd().split('\n').at(-1);
  assert.match(last ?? '', new RegExp(`^interval .* ${timeline} +repo$`));
});
