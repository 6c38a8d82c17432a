import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ErrorCode } from '../../errors/catalogue.ts';
import { isCode } from '../../errors/error.ts';
import type { FunctionInput } from '../contract.ts';
import { archiveLogs } from './testing/archived-logs.ts';
import { callFunction } from './testing/call-function.ts';
import { type FetchedChain, fetchedChain } from './testing/fetched-chain.ts';
import { type ServerState, stateIn, stateOf } from './testing/server-state.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

const OPTIONS = ['log-bin', 'server-id=1', 'gtid-strict-mode=1', 'max-allowed-packet=64M', 'event-scheduler=ON'];

/** Each is one step of a history; its checksums are taken after it. */
const STEPS = [
  'INSERT INTO d.t (v) VALUES (1), (2)',
  'BEGIN; INSERT INTO d.t (v) VALUES (3); UPDATE d.t SET v = v + 10; DELETE FROM d.t WHERE v = 12; COMMIT',
  'ALTER TABLE d.t ADD COLUMN w VARCHAR(20) DEFAULT "x", ADD KEY (v)',
  'CREATE DATABASE e; CREATE TABLE e.c (i INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES d.p (i) ON DELETE CASCADE); INSERT INTO e.c VALUES (1, 1), (2, 2)',
  'FLUSH BINARY LOGS; DELETE FROM d.p WHERE i = 1',
  `CREATE TRIGGER d.tr AFTER INSERT ON d.t FOR EACH ROW INSERT INTO d.log VALUES (NEW.v, CURRENT_USER())`,
  'SET binlog_format=STATEMENT; INSERT INTO d.t (v) VALUES (50); SET @x = 7, timestamp = 1700000000; INSERT INTO d.t (v, w) VALUES (@x, NOW()); UPDATE d.t SET w = UUID_SHORT() % 1 WHERE v = 7',
  'CREATE TEMPORARY TABLE d.tmp (i INT); INSERT INTO d.tmp VALUES (1), (2); SET binlog_format=MIXED; INSERT INTO d.t (v) SELECT i FROM d.tmp',
  "CREATE USER u1@'%' IDENTIFIED BY 'secret'; GRANT SELECT ON d.* TO u1@'%'; CREATE ROLE r1; CREATE ROLE r2 WITH ADMIN u1; GRANT r1 TO u1@'%'; FLUSH PRIVILEGES; SET PASSWORD FOR u1@'%' = PASSWORD('other')",
  "CREATE DEFINER=u1@'%' SQL SECURITY DEFINER VIEW d.view1 AS SELECT v FROM d.t; \nDELIMITER //\nCREATE PROCEDURE d.proc() BEGIN INSERT INTO d.t (v) VALUES (99); INSERT INTO d.t (v) VALUES (100); END//\nDELIMITER ;\n",
  'CALL d.proc()',
  "SET NAMES latin1; SET SESSION sql_mode='ANSI_QUOTES', time_zone='+09:00', foreign_key_checks=0, auto_increment_increment=5; INSERT INTO d.t (v, w) VALUES (60, 'caf\\é'), (61, NOW()); INSERT INTO e.c VALUES (9, 77)",
  "SET binlog_format=STATEMENT; INSERT INTO d.log VALUES (1, '#\\n# at 4\\n-- not a comment\\n/* nor this */'), (2, \"it's\n# at 8\n-- 'one' either\")",
  'SET GLOBAL log_bin_compress=1; INSERT INTO d.big SELECT seq, REPEAT(CHAR(65 + seq % 26), 1000) FROM d.seq_1_to_3000; SET GLOBAL log_bin_compress=0',
  'FLUSH BINARY LOGS; RENAME TABLE d.big TO e.big; TRUNCATE d.log',
  'CREATE TABLE d.a (i INT) ENGINE=Aria; INSERT INTO d.a VALUES (1), (2)',
  "CREATE EVENT d.ev ON SCHEDULE EVERY 1 SECOND STARTS '2020-01-01' ENABLE DO INSERT INTO d.log VALUES (1000, 'event'); ALTER EVENT d.ev DISABLE",
  'DROP TABLE e.c',
  'SET GLOBAL log_bin_trust_function_creators=1; CREATE FUNCTION d.undeclared() RETURNS INT RETURN (SELECT COUNT(*) FROM d.t); SET GLOBAL log_bin_trust_function_creators=0',
  `SET SESSION innodb_strict_mode=0; CREATE TABLE d.wide (${Array.from({ length: 40 }, (_, at) => `c${at} CHAR(255)`).join(', ')}) CHARSET latin1`,
  "EXECUTE IMMEDIATE 'CREATE PROCEDURE d.commented() BEGIN -- kept\n  SELECT 1; # this too\n  /* and this */ END'",
];

describe('a replay of MariaDB', () => {
  let server: TestServer;
  let scratch: string;
  let chain: FetchedChain;
  const history: ServerState[] = [];

  before(async () => {
    server = await startTestServer({ options: OPTIONS });
    scratch = mkdtempSync(join(tmpdir(), 'stash-replay-'));
    await server.sql(`CREATE DATABASE d; CREATE TABLE d.t (i INT AUTO_INCREMENT PRIMARY KEY, v INT); CREATE TABLE d.p (i INT PRIMARY KEY);
      CREATE TABLE d.log (v INT, who VARCHAR(100)); CREATE TABLE d.big (i INT PRIMARY KEY, t TEXT); INSERT INTO d.p VALUES (1), (2)`);
    chain = await fetchedChain(server);
    history.push(await stateOf(server));
    for (const step of STEPS) {
      await server.sql(step);
      history.push(await stateOf(server));
    }
    await archiveLogs(server, join(scratch, 'logs', '001'));
  });
  after(async () => {
    await server?.dispose();
    rmSync(scratch, { recursive: true, force: true });
  });

  const at = (gtid: string, exclusive = false): NonNullable<FunctionInput['point']> => ({ gtid, exclusive, switches: [] });
  let count = 0;
  const replay = async (point: NonNullable<FunctionInput['point']>, logs = join(scratch, 'logs')) => {
    const destination = join(scratch, `data-${++count}`);
    const { message } = await callFunction({
      function: 'mariadb-restore',
      operation: 'Restore',
      source: chain.copy(),
      logs,
      point,
      destination,
    });
    return { destination, message };
  };
  const refused = (code: ErrorCode, text: RegExp, point: NonNullable<FunctionInput['point']>, logs?: string) =>
    assert.rejects(replay(point, logs), (error) => {
      assert.ok(isCode(error, code), String(error));
      assert.match(error.message, text);
      return true;
    });
  /** A copy of the archived logs that `change` may damage. */
  const damaged = (change: (directory: string) => void) => {
    const logs = join(scratch, `damaged-${++count}`);
    cpSync(join(scratch, 'logs'), logs, { recursive: true });
    change(join(logs, '001'));
    return logs;
  };

  it('leads to what the source had, at every step of its history', { timeout: 300_000 }, async () => {
    for (const [step, { gtid, checksums }] of history.entries()) {
      const { destination, message } = await replay(at(gtid));
      assert.match(message ?? '', new RegExp(`at GTID ${gtid}$`));
      assert.deepEqual(await stateIn(destination), { gtid, checksums }, `after step ${step}: ${STEPS[step - 1]}`);
      rmSync(destination, { recursive: true });
    }
  });

  it('stops just before a transaction when it is told to', async () => {
    const { gtid, checksums } = history.at(1) ?? { gtid: '', checksums: [] };
    const next = gtid.replace(/\d+$/, (sequence) => String(Number(sequence) + 1));
    const { destination } = await replay(at(next, true));
    assert.deepEqual(await stateIn(destination), { gtid, checksums });
  });

  it('refuses points that the logs do not hold, with what they are', async () => {
    const last = history.at(-1)?.gtid ?? '';
    await refused('PointNotFound', /do not hold 0-1-99999/, at('0-1-99999'));
    await refused('PointNotFound', /do not hold 0-2-/, at(last.replace(/^0-1/, '0-2')));
    await refused('PointNotFound', /do not hold 7-1-3/, at('7-1-3'));
    await refused('PointNotFound', /backup is at .* which is after 0-1-1/, at('0-1-1'));
    await refused('Invalid', /"yesterday" is no GTID/, at('yesterday'));
  });

  it('refuses damaged logs: a flipped byte, a missing end, a missing file, a gap', async () => {
    const last = history.at(-1)?.gtid ?? '';
    const flipped = damaged((directory) => {
      const file = join(directory, 'binlog', '000002');
      const bytes = readFileSync(file);
      bytes[bytes.indexOf('CREATE USER u1') + 13] = 0x39;
      writeFileSync(file, bytes);
    });
    await refused('LogsDamaged', /could not read a binlog.*(checksum|crc)/i, at(last), flipped);
    await refused(
      'LogsDamaged',
      /has \d+ bytes of the \d+/,
      at(last),
      damaged((directory) => truncateSync(join(directory, 'binlog', '000003'), 600)),
    );
    await refused(
      'LogsDamaged',
      /has no bytes of the/,
      at(last),
      damaged((directory) => rmSync(join(directory, 'binlog', '000002'))),
    );
    const gap = damaged((directory) => {
      const index = JSON.parse(readFileSync(join(directory, 'log.index'), 'utf8'));
      index.files.splice(1, 1);
      writeFileSync(join(directory, 'log.index'), JSON.stringify(index));
    });
    await refused('LogsDamaged', /a gap between the binlogs .*000001 and .*000003/, at(last), gap);
    const late = damaged((directory) => {
      const index = JSON.parse(readFileSync(join(directory, 'log.index'), 'utf8'));
      index.files.shift();
      writeFileSync(join(directory, 'log.index'), JSON.stringify(index));
    });
    await refused('LogsDamaged', /begin at .* after the backup's end/, at(last), late);
    await refused(
      'LogsDamaged',
      /log\.index is not the index/,
      at(last),
      damaged((directory) => writeFileSync(join(directory, 'log.index'), '{')),
    );
  });

  it('finds a point before anything is replayed: its state, and what is next to it', async () => {
    const resolve = (point: NonNullable<FunctionInput['point']>) =>
      callFunction({ function: 'mariadb-restore', operation: 'Resolve', logs: join(scratch, 'logs'), point });
    const { gtid = '' } = history.at(1) ?? {};
    const { point } = await resolve(at(gtid));
    assert.equal(point?.gtid, gtid);
    assert.equal(point?.before?.gtid, gtid);
    assert.equal((await resolve(at(point?.after?.gtid ?? '', true))).point?.gtid, gtid);
    assert.deepEqual(await resolve(at('0-1-99999')), {});
    const early = await resolve({ time: '2020-01-01T00:00:00Z', exclusive: false, switches: [] });
    // One transaction of the history was given a time long ago.
    assert.equal(early.point?.gtid, '');
    const end = await resolve({ time: '2100-01-01T00:00:00Z', exclusive: false, switches: [] });
    assert.equal(end.point?.gtid, history.at(-1)?.gtid);
  });
});
