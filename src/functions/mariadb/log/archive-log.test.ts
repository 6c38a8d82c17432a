import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type LogIndex, type LogStart, parseLogIndex } from '../../../rules/log/log-index.ts';
import { type BackupAccount, makeBackupAccount } from '../testing/backup-account.ts';
import { callFunction } from '../testing/call-function.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { when } from '../testing/when.ts';

describe('the archive of the binlogs', () => {
  let server: TestServer;
  let account: BackupAccount;
  let stage: string;
  let count = 0;

  const archive = (logStart?: LogStart) =>
    callFunction({
      function: 'mariadb-physical',
      operation: 'Log',
      stage,
      connection: server.connection(account),
      ...(logStart === undefined ? {} : { logStart }),
    });
  const index = (): LogIndex => {
    const found = parseLogIndex(readFileSync(join(stage, 'log.index'), 'utf8'));
    assert.ok(found);
    return found;
  };
  const serverPosition = async () => Number((await server.sql('SHOW MASTER STATUS'))[0]?.[1]);
  const gtid = async () => (await server.sql('SELECT @@gtid_binlog_pos'))[0]?.[0] ?? '';
  const write = (rows = 1) => server.sql(`USE d; INSERT INTO d.t (v) SELECT REPEAT('x', 100) FROM seq_1_to_${rows}`);

  /** Closed files are the server's byte by byte; of the open one, all that was in the server's position when it was read. */
  const assertSame = async () => {
    const { files, until, timeline } = index();
    for (const [at, { file, name, closed, bytes, from, sha256 }] of files.entries()) {
      const [theirs, ours] = [readFileSync(join(server.datadir, name)), readFileSync(join(stage, file))];
      if (closed) assert.deepEqual(ours.equals(theirs), true, `${name} is as on the server`);
      else assert.deepEqual(ours.subarray(22).equals(theirs.subarray(22, bytes)), true, `${name} up to ${bytes}`);
      assert.equal(closed, at < files.length - 1);
      assert.equal(sha256 !== undefined, closed);
      if (at > 0) assert.equal(from, files[at - 1]?.to);
      assert.equal(ours.length, bytes);
      execFileSync('mariadb-binlog', ['--verify-binlog-checksum', join(stage, file)], { stdio: ['ignore', 'ignore', 'pipe'] });
    }
    // A server that has begun a file writes a checkpoint to it when it comes to it; that is no group.
    assert.ok((files.at(-1)?.bytes ?? 0) <= (await serverPosition()));
    assert.equal(files.at(-1)?.to, await gtid());
    assert.equal(until.gtid, await gtid());
    assert.match(timeline, /^[0-9a-f]{8}$/);
  };
  const kill = async () => {
    const running = server.process();
    assert.ok(running);
    process.kill(running.pid, 'SIGKILL');
    await when('the server is dead', () => (server.process() === undefined ? true : undefined));
    await server.start();
  };

  before(async () => {
    server = await startTestServer({ options: ['log-bin=binlog', 'gtid-strict-mode=1'] });
    account = await makeBackupAccount(server);
    await server.sql('CREATE DATABASE d; CREATE TABLE d.t (i INT AUTO_INCREMENT PRIMARY KEY, v TEXT) ENGINE=InnoDB');
  });
  after(() => server?.dispose());

  const fresh = () => {
    stage = join(server.directory, `log-${++count}`);
    mkdirSync(stage);
  };

  it('copies what is new, whole events up to the position of the server, and again nothing when nothing is new', async () => {
    fresh();
    await write();
    await archive();
    await assertSame();
    const first = await when('the server writes nothing by itself', async () => {
      const result = await archive();
      return index().files[0]?.bytes === (await serverPosition()) ? result : undefined;
    });
    const [before, stat] = [index(), statSync(join(stage, 'log.index')).mtimeMs];
    const second = await archive();
    assert.deepEqual(index(), before);
    assert.equal(statSync(join(stage, 'log.index')).mtimeMs, stat);
    assert.ok(String(second.position?.time) > String(first.position?.time));
    await write(1000);
    await archive();
    await assertSame();
    assert.equal(index().files.length, 1);
    assert.deepEqual(index().recent.at(-1)?.gtid, await gtid());
  });

  it('goes on over rotations, restarts, a crash without a stop event, and a large transaction', async () => {
    await server.sql('FLUSH BINARY LOGS');
    await write(20_000);
    await server.sql('FLUSH BINARY LOGS; FLUSH BINARY LOGS');
    await archive();
    await assertSame();
    await server.stop();
    await server.start();
    await write();
    await archive();
    await assertSame();
    await write(10);
    await kill();
    await archive();
    await assertSame();
    await write(10);
    await archive();
    await assertSame();
    assert.equal(index().files.length, 6);
  });

  it('tells files apart that were begun within a second, with nothing between', async () => {
    await archive();
    for (let again = 0; again < 3; again++) {
      await server.sql('FLUSH BINARY LOGS; FLUSH BINARY LOGS; FLUSH BINARY LOGS');
      const { seriesEnd } = await archive();
      assert.equal(seriesEnd, undefined);
      await server.sql('FLUSH BINARY LOGS');
      await write();
      assert.equal((await archive()).seriesEnd, undefined);
      await assertSame();
    }
  });

  it('holds the domains of all that write', async () => {
    await server.sql(
      "SET SESSION gtid_domain_id=7; INSERT INTO d.t (v) VALUES ('seven'); SET SESSION server_id=12; INSERT INTO d.t (v) VALUES ('x')",
    );
    await server.sql('FLUSH BINARY LOGS');
    await write();
    await archive();
    await assertSame();
    assert.match(index().until.gtid, /^0-1-\d+,7-12-2$/);
  });

  it('cuts off what a run that was killed had written behind what its index says', async () => {
    const last = index().files.at(-1);
    assert.ok(last);
    writeFileSync(join(stage, last.file), Buffer.concat([readFileSync(join(stage, last.file)), Buffer.alloc(1000, 7)]));
    writeFileSync(join(stage, 'binlog', '000099'), 'of a file that is in no index');
    await write();
    await archive();
    await assertSame();
  });

  it('goes on where the server has removed what is copied already, also the file that was open', async () => {
    await archive();
    const { timeline, files } = index();
    await server.sql('FLUSH BINARY LOGS');
    const newest = (await server.sql('SHOW BINARY LOGS')).at(-1)?.[0];
    await server.sql(`PURGE BINARY LOGS TO '${newest}'`);
    await write();
    const { seriesEnd } = await archive();
    assert.equal(seriesEnd, undefined);
    assert.equal(index().timeline, timeline);
    assert.equal(index().files.length, files.length + 1);
    assert.equal(index().files.at(-1)?.from, files.at(-1)?.to);
    assert.equal(index().files.at(-2)?.closed, true);
    assert.equal(index().until.gtid, await gtid());
  });

  it('ends the series where the server removed what was not copied, and changes nothing', async () => {
    await write();
    await server.sql('FLUSH BINARY LOGS');
    await write();
    await server.sql('FLUSH BINARY LOGS');
    await server.sql(`PURGE BINARY LOGS TO '${(await server.sql('SHOW BINARY LOGS')).at(-1)?.[0]}'`);
    const before = index();
    const { seriesEnd } = await archive();
    assert.equal(seriesEnd?.reason, 'Hole');
    assert.match(seriesEnd?.message ?? '', /no binlog any more that goes on from/);
    assert.deepEqual(index(), before);
    fresh();
    await archive();
    await assertSame();
    assert.notEqual(index().timeline, before.timeline);
  });

  it('never takes a new file for an old one because of its name', async () => {
    await server.sql('RESET MASTER');
    fresh();
    await write();
    await archive();
    const before = index();
    assert.equal(before.files[0]?.name, 'binlog.000001');
    await when('the next second, as a file knows when it was made', async () =>
      (await server.sql('SELECT UTC_TIMESTAMP()'))[0]?.[0] !== before.files[0]?.created.replace('T', ' ').slice(0, 19) ? true : undefined,
    );
    await server.sql('RESET MASTER');
    await write(5);
    const { seriesEnd } = await archive();
    assert.equal(seriesEnd?.reason, 'Hole');
    assert.deepEqual(index(), before);
  });

  it('notices that a file was put back to an earlier state and went on otherwise', async () => {
    fresh();
    await archive();
    const name = index().files[0]?.name ?? '';
    const saved = join(server.directory, 'saved');
    copyFileSync(join(server.datadir, name), saved);
    const { bytes } = index().files[0] ?? { bytes: 0 };
    await write();
    await archive();
    const position = await serverPosition();
    await server.stop();
    // As a snapshot of the volume has it.
    const content = readFileSync(saved).subarray(0, bytes);
    writeFileSync(join(server.datadir, name), Buffer.concat([content, Buffer.alloc(position - bytes, 1)]));
    const other = join(server.directory, 'elsewhere');
    copyFileSync(join(server.datadir, name), other);
    await server.start();
    const { seriesEnd } = await archive();
    assert.equal(seriesEnd?.reason, 'OtherContent', seriesEnd?.message);
    truncateSync(join(server.datadir, name), bytes - 10);
    assert.equal((await archive()).seriesEnd?.reason, 'OtherContent');
    await server.sql('RESET MASTER');
  });

  it('notices that its own files are gone', async () => {
    fresh();
    await write();
    await archive();
    rmSync(join(stage, index().files[0]?.file ?? ''));
    assert.equal((await archive()).seriesEnd?.reason, 'StageDamaged');
  });

  it('begins with the file that a staged link ends in, or that goes on from the log before', async () => {
    await server.sql('FLUSH BINARY LOGS');
    await write();
    fresh();
    await archive();
    const old = index();
    await write();
    await server.sql('FLUSH BINARY LOGS');
    await write();
    await server.sql('FLUSH BINARY LOGS');
    fresh();
    await archive();
    assert.equal(index().files.length, 1, 'the newest where nothing needs an older one');
    fresh();
    const { serverId, created, from } = old.files[0] ?? { serverId: 0, created: '', from: '' };
    await archive({ host: 'db-0', links: [{ serverId, created, from }] });
    assert.deepEqual([index().files.length, index().host, index().timeline], [3, 'db-0', old.timeline]);
    fresh();
    const previous = { timeline: 'feedbeef', gtid: old.until.gtid, recent: old.recent };
    await archive({ host: 'db-0', links: [], previous });
    assert.equal(index().files.length, 3);
    assert.equal(index().follows, `feedbeef@${old.until.gtid}`);
    fresh();
    const recent = old.recent.map((mark) => ({ ...mark, time: mark.time - 1 }));
    await archive({ host: 'db-0', links: [], previous: { ...previous, recent } });
    assert.equal(index().follows, '', 'a GTID with another time is another transaction');
    assert.equal(readdirSync(join(stage, 'binlog')).length, 3);
  });
});
