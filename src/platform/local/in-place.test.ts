import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeBackupAccount } from '../../functions/mariadb/testing/backup-account.ts';
import { type ServerState, stateIn, stateOf } from '../../functions/mariadb/testing/server-state.ts';
import { startTestServer, type TestServer } from '../../functions/mariadb/testing/test-server.ts';
import { database } from './testing/database.ts';
import { type Machine, machine } from './testing/machine.ts';
import { localRepository, secret } from './testing/manifests.ts';
import { quickRepository } from './testing/repository.ts';

let server: TestServer;
let stash: Machine;
/** Three transactions, one GTID each, as they were before the restore; the restore goes back to the first. */
const abandoned: ServerState[] = [];
/** With the GTIDs that the abandoned ones have. */
const anew: ServerState[] = [];

before(async () => {
  server = await startTestServer({ options: ['log-bin=binlog', 'server-id=1', 'gtid-strict-mode=1'] });
  await server.sql('CREATE DATABASE d; CREATE TABLE d.t (i INT AUTO_INCREMENT PRIMARY KEY, t TEXT)');
  const account = await makeBackupAccount(server);
  stash = await machine();
  const path = join(stash.dir, 'repository');
  quickRepository(path);
  await stash.apply(secret('secret'), localRepository('repo', path), secret('login', { ...account }));
  const execOps = ['full', 'incremental', 'log'].map((alias) => ({ alias, schedule: '0 0 1 1 *' }));
  await stash.apply(...database('orders', server.socket, 'login', { execOps }));
  await stash.up();
  await ok('backup', 'orders', '--alias', 'full', '--wait');
  for (const text of ['kept', 'lost', 'lost, too']) await write(text, abandoned);
  await ok('backup', 'orders', '--alias', 'log', '--wait');
  const commands = ['--stop-command', server.stopCommand.at(-1) ?? '', '--start-command', server.startCommand.at(-1) ?? ''];
  const inPlace = ['--allow-overwrite', '--previous-data', 'Discard', ...commands];
  await ok('restore', 'orders', '--gtid', abandoned[0]?.gtid ?? '', ...inPlace, '--wait');
  for (const text of ['anew', 'anew, too']) await write(text, anew);
  await ok('backup', 'orders', '--alias', 'log', '--wait');
});
after(async () => {
  await server?.dispose();
  await stash?.dispose();
});

async function write(text: string, states: ServerState[]): Promise<void> {
  await server.sql(`INSERT INTO d.t (t) VALUES ('${text}'); FLUSH BINARY LOGS`);
  states.push(await stateOf(server));
}

async function ok(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await stash.stash(...args);
  assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
  return stdout;
}

let count = 0;
async function restored(...args: string[]): Promise<ServerState> {
  const to = join(server.directory, `look-${++count}`);
  await ok('restore', 'orders', '--to', to, ...args, '--wait');
  const state = await stateIn(to, 'binlog');
  rmSync(to, { recursive: true });
  return state;
}

async function timelines(): Promise<string[]> {
  const { repositories } = JSON.parse(await ok('window', 'orders', '-o', 'json'));
  return repositories[0].intervals.map(({ timeline }: { timeline: string }) => timeline);
}

test('what is written after a restore in place goes on from the point that was restored, before there is another backup', async () => {
  assert.deepEqual(
    anew.map(({ gtid }) => gtid),
    abandoned.slice(1).map(({ gtid }) => gtid),
    'the GTIDs are used again',
  );
  assert.equal((await timelines()).length, 2);
  assert.deepEqual(await restored('--latest'), anew[1]);
});

test('a GTID that both histories have is refused until one of them is named', async () => {
  const [old = '', present = ''] = await timelines();
  const { code, stderr } = await stash.stash(
    'restore',
    'orders',
    '--to',
    join(server.directory, 'never'),
    '--gtid',
    anew[0]?.gtid ?? '',
    '--wait',
  );
  assert.notEqual(code, 0);
  assert.match(stderr, new RegExp(`is on 2 timelines: .*(${old}|${present}).*(${old}|${present})`));
  assert.deepEqual(await restored('--gtid', anew[0]?.gtid ?? '', '--timeline', old), abandoned[1]);
  assert.deepEqual(await restored('--gtid', anew[0]?.gtid ?? '', '--timeline', present), anew[0]);
  assert.deepEqual(await restored('--gtid', abandoned[0]?.gtid ?? ''), abandoned[0], 'what both share is one point');
});

test('the next incremental is a full, and the newest is as the server is', async () => {
  const before = await stateOf(server);
  assert.match(await ok('backup', 'orders', '--alias', 'incremental', '--wait'), /Full \(asked for Incremental: LineageChanged\)/);
  await write('after it', []);
  await ok('backup', 'orders', '--alias', 'log', '--wait');
  assert.deepEqual(await restored('--latest'), await stateOf(server));
  assert.deepEqual(await restored('--gtid', before.gtid, '--timeline', (await timelines())[1] ?? ''), before);
});
