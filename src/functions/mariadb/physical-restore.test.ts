import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { ErrorCode } from '../../errors/catalogue.ts';
import { isCode } from '../../errors/error.ts';
import { callFunction, type FunctionCall } from './testing/call-function.ts';
import { type FetchedChain, fetchedChain } from './testing/fetched-chain.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

const asRoot = (command: string, ...args: string[]) => promisify(execFile)(command, args);
const TABLES = 'd.a, d.b';

describe('a physical restore of MariaDB', () => {
  let server: TestServer;
  let chain: FetchedChain;
  let checksums: string[][];

  before(async () => {
    server = await startTestServer({ options: ['log-bin'] });
    await server.sql(`CREATE DATABASE d; CREATE TABLE d.a (i INT PRIMARY KEY, t TEXT); CREATE TABLE d.b (i INT) ENGINE=Aria;
      INSERT INTO d.a SELECT seq, REPEAT(CHAR(65 + seq % 26), 200) FROM d.seq_1_to_5000; INSERT INTO d.b VALUES (1), (2)`);
    chain = await fetchedChain(server);
    checksums = await server.sql(`CHECKSUM TABLE ${TABLES}`);
  });
  after(() => server?.dispose());
  beforeEach(async () => {
    for (const name of leftBehind()) rmSync(join(server.directory, name), { recursive: true, force: true });
    await server.sql('INSERT INTO d.a SELECT 1 + MAX(i), UUID() FROM d.a; INSERT INTO d.b VALUES (3)');
  });

  const leftBehind = () => readdirSync(dirname(server.datadir)).filter((name) => /^data\./.test(name));
  const commands = () => ({ stopCommand: server.stopCommand, startCommand: server.startCommand });
  const restore = (over: Partial<FunctionCall> = {}) =>
    callFunction({
      function: 'mariadb-restore',
      operation: 'Restore',
      source: over.source ?? chain.copy(),
      connection: server.connection(chain.account),
      ...over,
      restore: { allowOverwrite: true, previousData: 'Keep', ...commands(), ...over.restore },
    });
  const refuses = (code: ErrorCode, text: RegExp, over: Partial<FunctionCall>) =>
    assert.rejects(restore(over), (error) => {
      assert.ok(isCode(error, code), String(error));
      assert.match(`${error.message} ${error.remedy}`, text);
      return true;
    });
  /** The server runs, on the data that was there before the restore. */
  const asItWas = async () => {
    assert.notDeepEqual(await server.sql(`CHECKSUM TABLE ${TABLES}`), checksums);
    assert.deepEqual(leftBehind(), []);
  };

  it('brings every row back and keeps the previous data, owner and mode', async () => {
    const { uid, gid, mode } = statSync(server.datadir);
    const { message } = await restore();
    assert.deepEqual(await server.sql(`CHECKSUM TABLE ${TABLES}`), checksums);
    const [previous = ''] = leftBehind();
    assert.match(previous, /^data\.before-\d{8}T\d{6}$/);
    const [[gtid] = []] = await server.sql('SELECT @@gtid_slave_pos');
    assert.equal(message, `restored into ${server.datadir} at GTID ${gtid}; the previous data is in ${join(server.directory, previous)}`);
    assert.ok(existsSync(join(server.directory, previous, 'ibdata1')));
    const now = statSync(server.datadir);
    assert.deepEqual([now.uid, now.gid, now.mode], [uid, gid, mode]);
    assert.equal(statSync(join(server.datadir, 'd', 'a.ibd')).uid, uid);
  });

  it('knows its GTID position, and goes on counting from there', async () => {
    await restore();
    const [[slave = '', binlog, state] = []] = await server.sql('SELECT @@gtid_slave_pos, @@gtid_binlog_pos, @@gtid_binlog_state');
    assert.match(slave, /^0-\d+-\d+$/);
    assert.deepEqual([binlog, state], [slave, slave]);
    await server.sql('INSERT INTO d.b VALUES (4)');
    const next = slave.replace(/\d+$/, (number) => String(Number(number) + 1));
    assert.deepEqual(await server.sql('SELECT @@gtid_binlog_pos'), [[next]]);
  });

  it('discards the previous data when it is told to', async () => {
    const { message } = await restore({ restore: { previousData: 'Discard' } });
    assert.deepEqual(await server.sql(`CHECKSUM TABLE ${TABLES}`), checksums);
    assert.match(message ?? '', /previous data was discarded/);
    assert.deepEqual(leftBehind(), []);
  });

  it('goes into another directory, as the owner of the data it was made of', async () => {
    const destination = join(server.directory, 'new', 'place');
    await restore({ destination, restore: { allowOverwrite: false, stopCommand: [], startCommand: [] } });
    assert.ok(existsSync(join(destination, 'd', 'a.ibd')));
    assert.equal(statSync(destination).uid, statSync(server.datadir).uid);
    assert.equal(statSync(destination).mode, statSync(server.datadir).mode);
    await asItWas();
  });

  for (const operation of ['Check', 'Restore'] as const) {
    it(`is refused by ${operation} while a server runs on the directory and nothing says how to stop it`, async () => {
      await refuses('DatabaseRunning', /pid \d+.*stopCommand and startCommand/, { operation, restore: { startCommand: [] } });
      await asItWas();
    });

    it(`is refused by ${operation} over data that must not be overwritten`, async () => {
      await refuses('DestinationNotEmpty', /allowOverwrite/, { operation, restore: { allowOverwrite: false } });
      await asItWas();
    });
  }

  it('is refused, before anything is fetched, for another series of MariaDB and for what is no backup', async () => {
    const older = chain.copy({ version: '10.5.9-MariaDB' });
    await refuses('ToolVersionMismatch', /the backup of 10\.5/, { operation: 'Check', source: older });
    await refuses('Invalid', /no metadata\.index/, { operation: 'Check', source: server.directory });
    await refuses('Invalid', /parameter destination/, { operation: 'Check', source: chain.copy({ datadir: '' }) });
    const fits = chain.copy();
    rmSync(join(fits, 'full'), { recursive: true });
    assert.deepEqual(await restore({ operation: 'Check', source: fits }), {});
    await asItWas();
  });

  it('leaves the old server running when the backup is damaged', async () => {
    const pid = server.process()?.pid;
    const source = chain.copy();
    truncateSync(join(source, 'full', 'ibdata1'), 100_000);
    await refuses('FunctionFailed', /mariadb-backup --prepare/, { source });
    assert.equal(server.process()?.pid, pid);
    await asItWas();
  });

  it('leaves the old server running when stopCommand fails', async () => {
    await refuses('CommandFailed', /stopCommand "false" ended with exit code 1; .* is as it was and its server runs/, {
      restore: { stopCommand: ['false'] },
    });
    await asItWas();
  });

  it('puts the old data back and starts its server when the swap fails', async () => {
    const [program = '', flag = '', script = ''] = server.stopCommand;
    const sabotage = [program, flag, `${script}; rm -rf '${server.datadir}.stash-incoming'`];
    await refuses('DestinationUnusable', /is as it was and its server was started again/, { restore: { stopCommand: sabotage } });
    await asItWas();
  });

  it('starts the old server again when it is stopped in the middle of stopCommand', async () => {
    const [program = '', flag = '', script = ''] = server.stopCommand;
    const stop = new AbortController();
    const lasting = [
      program,
      flag,
      `${script}; while kill -0 ${server.process()?.pid} 2>/dev/null; do sleep 0.02; done; echo down; exec sleep 60`,
    ];
    const onLog = (line: string) => line === 'down' && stop.abort();
    await refuses('Canceled', /was stopped/, { signal: stop.signal, onLog, restore: { stopCommand: lasting } });
    await asItWas();
  });

  it('refills a mount point, but never keeps previous data there', {
    skip: process.getuid?.() !== 0 && 'only root can mount',
  }, async () => {
    const destination = join(server.directory, 'mounted');
    await asRoot('mkdir', destination);
    await asRoot('mount', '-t', 'tmpfs', '-o', 'size=200m', 'stash-test', destination);
    try {
      await asRoot('touch', join(destination, 'old'));
      await asRoot('mkdir', join(destination, 'lost+found'));
      const aside = { stopCommand: [], startCommand: [] };
      await refuses('DestinationNotEmpty', /mount point.*Discard/, { operation: 'Check', destination, restore: aside });
      const { message } = await restore({ destination, restore: { ...aside, previousData: 'Discard' } });
      assert.equal(message?.replace(/ at GTID .*/, ''), `restored into ${destination}`);
      assert.ok(existsSync(join(destination, 'd', 'a.ibd')) && !existsSync(join(destination, 'old')));
      assert.ok(existsSync(join(destination, 'lost+found')), 'what the file system has there stays');
    } finally {
      await asRoot('umount', destination);
    }
    await asRoot('mount', '-t', 'tmpfs', '-o', 'size=8m', 'stash-test', destination);
    try {
      await asRoot('touch', join(destination, 'old'));
      for (const operation of ['Check', 'Restore'] as const)
        await refuses('DestinationFull', /too little room/, {
          operation,
          destination,
          restore: { stopCommand: [], startCommand: [], previousData: 'Discard' },
        });
      const below = join(destination, 'not', 'yet');
      await refuses('DestinationFull', /too little room .* nothing was changed/, { operation: 'Check', destination: below });
      assert.deepEqual(readdirSync(destination), ['old']);
    } finally {
      await asRoot('umount', destination);
    }
  });

  it('says where everything is when startCommand fails, so that a person can go back', async () => {
    await refuses('CommandFailed', /startCommand "false".*restored data is in .*data, the previous data in (\S+).*move \1 to/, {
      restore: { previousData: 'Discard', startCommand: ['false'] },
    });
    const [previous = ''] = leftBehind();
    rmSync(server.datadir, { recursive: true });
    renameSync(join(server.directory, previous), server.datadir);
    await server.start();
    await asItWas();
  });
});
