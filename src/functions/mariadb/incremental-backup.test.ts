import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { processAlive } from '../../process/identity.ts';
import type { FunctionProgress, FunctionResult } from '../contract.ts';
import { makeBackupAccount } from './testing/backup-account.ts';
import type { FunctionCall } from './testing/call-function.ts';
import { localChain } from './testing/local-chain.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';
import { when } from './testing/when.ts';

describe('an incremental backup of MariaDB', () => {
  let server: TestServer;
  let chain: ReturnType<typeof localChain>;

  before(async () => {
    // Outside of the data directory, as on many machines.
    server = await startTestServer({ options: ['log-bin=../run/binlog'] });
    chain = localChain(server, await makeBackupAccount(server));
    await server.sql('CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY, c TEXT); INSERT INTO d.t VALUES (0, 0)');
    await chain.full();
  });
  after(() => server?.dispose());

  const write = () => server.sql('INSERT INTO d.t SELECT 1 + MAX(i), UUID() FROM d.t');
  const needsFull = async (needFull: string, text: RegExp, over: Partial<FunctionCall> = {}) => {
    const stage = join(server.directory, 'refused');
    const made: FunctionResult = await chain.incremental({ stage, ...over });
    assert.equal(made.needFull, needFull, JSON.stringify(made));
    assert.match(made.message ?? '', text);
  };

  it('begins where the link before it ends, and says where it ends itself', async () => {
    const progress: FunctionProgress[] = [];
    await write();
    const first = (await chain.incremental({ onProgress: (one) => progress.push(one) })).position ?? {};
    await write();
    const { position: second = {} } = await chain.incremental();
    assert.equal(first.fromLsn, chain.lines[0]?.link.position.toLsn);
    assert.equal(second.fromLsn, first.toLsn);
    const [[gtid] = []] = await server.sql('SELECT @@gtid_binlog_pos');
    assert.equal(second.gtid, gtid);
    assert.deepEqual(progress.at(-1)?.percentDone, 100);
  });

  it('records by what its successor is proven: data files, binlog and what is written there', async () => {
    const { position = {} } = await chain.incremental();
    const { binlog, fingerprint } = position as { binlog: Record<string, unknown>; fingerprint: Record<string, unknown> };
    assert.match(String(position.ibdata), /^\d+@\d+$/);
    assert.equal(binlog.serverId, 1);
    assert.match(String(binlog.created), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual([fingerprint.file, fingerprint.position], [position.binlogFile, position.binlogPosition]);
    assert.match(String(fingerprint.sha256), /^[0-9a-f]{64}$/);
    assert.equal(fingerprint.bytes, Number(position.binlogPosition) - 256);
  });

  it('goes on over a rotation, a restart and a crash of the server', async () => {
    await server.sql('FLUSH BINARY LOGS; FLUSH BINARY LOGS');
    await write();
    assert.equal((await chain.incremental()).needFull, undefined);
    await server.stop();
    await server.start();
    assert.equal((await chain.incremental()).needFull, undefined);
    await write();
    const killed = server.process();
    assert.ok(killed !== undefined);
    process.kill(killed.pid, 'SIGKILL');
    await when('the server is gone', () => (processAlive(killed) ? undefined : true));
    await server.start();
    assert.equal((await chain.incremental()).needFull, undefined);
  });

  it('needs a full when the version of the server is another', async () => {
    const parentPosition = { ...chain.lines.at(-1)?.link.position, version: '10.11.2-MariaDB' };
    await needsFull('VersionChanged', /the server is 10\..*it was 10\.11\.2-MariaDB/, { parentPosition });
  });

  it('needs a full when its parent is not what was recorded, or records nothing', async () => {
    const last = chain.lines.at(-1)?.link.position ?? {};
    await needsFull('PositionGap', /ends at LSN \d+, its record says 7/, { parentPosition: { ...last, toLsn: '7' } });
    await needsFull('LineageUnproven', /toLsn/, { parentPosition: {} });
    const { fingerprint, binlog, ...unproven } = last;
    assert.ok(fingerprint !== undefined && binlog !== undefined);
    await needsFull('LineageUnproven', /records no place in a binlog/, { parentPosition: unproven });
  });

  it('needs a full when the data is older than the last link', async () => {
    const parentPosition = { ...chain.lines.at(-1)?.link.position, toLsn: '999999999999' };
    await needsFull('LineageChanged', /at LSN \d+.*999999999999.*went back/, { parentPosition, parent: join(server.directory, 'none') });
  });

  it('of another server is no incremental of this one, whatever its LSN', async () => {
    const other = await startTestServer({ options: ['log-bin=../run/binlog'] });
    try {
      const others = localChain(other, await makeBackupAccount(other));
      const last = chain.lines.at(-1)?.link.position ?? {};
      // The same file name, and written at least as far.
      await reachBinlog(other, String(last.binlogFile));
      await other.sql("CREATE DATABASE d; CREATE TABLE d.t (c TEXT); INSERT INTO d.t VALUES (REPEAT('x', 20000))");
      await others.full();
      const { ibdata } = others.lines[0]?.link.position ?? {};
      const parent = join(other.directory, 'none');
      const by = async (over: Record<string, unknown>) => others.incremental({ parent, parentPosition: { ...last, toLsn: '1', ...over } });
      assert.match((await by({})).message ?? '', /inode/);
      // An inode may come again; what is written in the binlog does not.
      const made = await by({ ibdata });
      assert.equal(made.needFull, 'LineageChanged', JSON.stringify(made));
      assert.match(made.message ?? '', /is another binlog: begun \S+ by server 1 at GTID/);
    } finally {
      await other.dispose();
    }
  });

  it('needs a full when the data directory was replaced', async () => {
    await server.stop();
    const [is, was] = [server.datadir, `${server.datadir}.was`];
    renameSync(is, was);
    execFileSync('cp', ['-a', was, is]);
    await server.start();
    await needsFull('LineageChanged', /ibdata1 is another file \(inode and birth \d+@\d+, at the last link \d+@\d+\)/);
    await server.stop();
    rmSync(is, { recursive: true });
    renameSync(was, is);
    await server.start();
    assert.equal((await chain.incremental()).needFull, undefined);
  });

  it('needs a full when the binlog was purged, and when it began anew', async () => {
    await server.sql('FLUSH BINARY LOGS; FLUSH BINARY LOGS');
    const [[newest = ''] = []] = (await server.sql('SHOW BINARY LOGS')).slice(-1);
    await server.sql(`SET GLOBAL binlog_expire_logs_seconds=0; PURGE BINARY LOGS TO '${newest}'`);
    await needsFull('LineageUnproven', /binlog\.\d+ is not there: purged/);
    await chain.full();
    await write();
    await chain.incremental();
    const begun = chain.lines.at(-1)?.link.position.binlogFile;
    await server.sql('RESET MASTER');
    await reachBinlog(server, String(begun));
    await write();
    await needsFull('LineageChanged', /binlog\.\d+/);
    await chain.full();
  });

  it('is stopped before it fills the stage, and does not begin where it has no room', {
    skip: process.getuid?.() !== 0 && 'only root can mount a small file system',
  }, async () => {
    const stage = join(server.directory, 'small');
    const into = async (megabytes: number, text: RegExp) => {
      mkdirSync(stage);
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'stash-test', stage]);
      try {
        await assert.rejects(chain.incremental({ stage }), (error) => isCode(error, 'StageFull') && text.test(error.message));
        return readdirSync(stage);
      } finally {
        execFileSync('umount', [stage]);
        rmSync(stage, { recursive: true });
      }
    };
    await server.sql(
      'INSERT INTO d.t SELECT 1000 + seq, REPEAT(UUID(), 300) FROM d.seq_1_to_4000; SET GLOBAL innodb_max_dirty_pages_pct=0',
    );
    await into(30, /file system of the stage/);
    await server.sql("CREATE TABLE d.m ENGINE=MyISAM AS SELECT seq, REPEAT('x', 10000) AS c FROM d.seq_1_to_4000");
    assert.deepEqual(await into(30, /not InnoDB.*needed/), []);
  });
});

async function reachBinlog(server: TestServer, file: string): Promise<void> {
  const number = async () => Number((await server.sql('SHOW MASTER STATUS'))[0]?.[0]?.slice(-6));
  while ((await number()) < Number(file.slice(-6))) await server.sql('FLUSH BINARY LOGS');
}

describe('a server without binlog', () => {
  it('has fulls, and an incremental says why it cannot be proven', async () => {
    const server = await startTestServer();
    try {
      const chain = localChain(server, await makeBackupAccount(server));
      const { position = {} } = await chain.full();
      assert.deepEqual([position.gtid, position.binlogFile, position.fingerprint, position.logBin], [undefined, undefined, undefined, '']);
      const made = await chain.incremental();
      assert.equal(made.needFull, 'LineageUnproven');
      assert.match(made.message ?? '', /log_bin is OFF/);
    } finally {
      await server.dispose();
    }
  });
});

describe('a server with another number of undo tablespaces', () => {
  it('needs a full', async () => {
    const server = await startTestServer({ options: ['log-bin', 'innodb-undo-tablespaces=0'] });
    try {
      const chain = localChain(server, await makeBackupAccount(server));
      await chain.full();
      await server.stop();
      appendFileSync(join(server.directory, 'my.cnf'), 'innodb-undo-tablespaces=3\n');
      await server.start();
      const made = await chain.incremental();
      assert.equal(made.needFull, 'LineageChanged');
      assert.match(made.message ?? '', /innodb_undo_tablespaces/);
    } finally {
      await server.dispose();
    }
  });
});
