import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ErrorCode } from '../../errors/catalogue.ts';
import { isCode } from '../../errors/error.ts';
import { type BackupAccount, makeBackupAccount } from './testing/backup-account.ts';
import { callFunction, type FunctionCall } from './testing/call-function.ts';
import { localChain } from './testing/local-chain.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

/** Before the full, between it and the first incremental, between that and the second, and after that. */
const HISTORY = [
  `CREATE DATABASE d; CREATE DATABASE gone; USE d;
   CREATE TABLE rows_ (i INT PRIMARY KEY, t TEXT, KEY (t(8))); INSERT INTO rows_ SELECT seq, REPEAT(CHAR(65 + seq % 26), 300) FROM seq_1_to_5000;
   CREATE TABLE small_pages (i INT PRIMARY KEY, t TEXT) ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=4; INSERT INTO small_pages SELECT * FROM rows_;
   CREATE TABLE page_compressed (i INT PRIMARY KEY, t TEXT) PAGE_COMPRESSED=1; INSERT INTO page_compressed SELECT * FROM rows_;
   CREATE TABLE aria (i INT PRIMARY KEY, t TEXT) ENGINE=Aria; INSERT INTO aria SELECT * FROM rows_ LIMIT 500;
   CREATE TABLE myisam (i INT PRIMARY KEY, t TEXT) ENGINE=MyISAM; INSERT INTO myisam SELECT * FROM rows_ LIMIT 500;
   CREATE TABLE parts (i INT PRIMARY KEY) PARTITION BY HASH (i) PARTITIONS 3; INSERT INTO parts SELECT seq FROM seq_1_to_300;
   CREATE TABLE to_drop (i INT); CREATE TABLE to_rename (i INT); CREATE TABLE to_truncate (i INT); CREATE TABLE to_replace (i INT);
   INSERT INTO to_drop VALUES (1); INSERT INTO to_rename VALUES (1); INSERT INTO to_truncate VALUES (1); INSERT INTO to_replace VALUES (1);
   CREATE TABLE gone.t (i INT); CREATE SEQUENCE numbers; SELECT NEXTVAL(numbers)`,
  `USE d; UPDATE rows_ SET t = UUID() WHERE i % 7 = 0; UPDATE small_pages SET t = UUID() WHERE i % 11 = 0;
   UPDATE page_compressed SET t = UUID() WHERE i % 13 = 0; INSERT INTO aria VALUES (-1, 'a'); DELETE FROM myisam WHERE i < 100;
   DROP TABLE to_drop; RENAME TABLE to_rename TO renamed; TRUNCATE to_truncate; INSERT INTO to_truncate VALUES (2);
   DROP TABLE to_replace; CREATE TABLE to_replace (i INT, j INT); INSERT INTO to_replace VALUES (3, 4);
   CREATE TABLE created (i INT PRIMARY KEY); INSERT INTO created SELECT seq FROM seq_1_to_1000; ALTER TABLE parts ADD PARTITION PARTITIONS 1;
   DROP DATABASE gone; CREATE DATABASE fresh; CREATE TABLE fresh.t (i INT); INSERT INTO fresh.t VALUES (1);
   CREATE USER 'later'@'localhost' IDENTIFIED BY 'x'; CREATE PROCEDURE p() SELECT 1`,
  `USE d; ALTER TABLE rows_ ADD COLUMN n INT DEFAULT 5, ALGORITHM=INSTANT; INSERT INTO rows_ (i, t) VALUES (-1, 'b'); ALTER TABLE created ADD KEY (i);
   RENAME TABLE renamed TO fresh.renamed; CREATE TABLE made_compressed (i INT, t TEXT) ROW_FORMAT=COMPRESSED;
   INSERT INTO made_compressed SELECT seq, UUID() FROM seq_1_to_500; DROP TABLE to_truncate; OPTIMIZE TABLE small_pages;
   INSERT INTO myisam VALUES (-5, 'm'); UPDATE aria SET t = 'x' WHERE i < 50; SELECT NEXTVAL(numbers); DROP USER 'later'@'localhost';
   CREATE USER 'latest'@'localhost' IDENTIFIED BY 'x'; CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DO SELECT 1; ALTER TABLE parts REBUILD PARTITION p1`,
  `USE d; DELETE FROM rows_; DROP TABLE created; INSERT INTO aria VALUES (-9, 'no'); DROP USER 'latest'@'localhost'; CREATE TABLE too_late (i INT)`,
] as const;

describe('a restore of a full and its incrementals', () => {
  let server: TestServer;
  let chain: ReturnType<typeof localChain>;
  let account: BackupAccount;
  const states: { tables: string[][]; gtid: string }[] = [];

  before(async () => {
    server = await startTestServer({ options: ['log-bin', 'innodb-compression-default=OFF'] });
    account = await makeBackupAccount(server);
    chain = localChain(server, account);
    const [first, second, third, fourth] = HISTORY;
    for (const [statements, link] of [
      [first, chain.full],
      [second, chain.incremental],
      [third, chain.incremental],
    ] as const) {
      await server.sql(statements);
      states.push(await state());
      assert.equal((await link()).needFull, undefined);
    }
    await server.sql(fourth);
  });
  after(() => server?.dispose());

  /** Every table with its checksum, and what the system tables say. */
  const state = async () => {
    const names = await server.sql(`SELECT CONCAT('\`', table_schema, '\`.\`', table_name, '\`') FROM information_schema.tables
      WHERE table_schema IN ('d', 'fresh', 'gone') ORDER BY 1`);
    const [[gtid = ''] = []] = await server.sql('SELECT @@gtid_binlog_pos');
    const sums = await server.sql(`CHECKSUM TABLE ${names.flat().join(', ')}`);
    const system = await server.sql(`SELECT User, Priv FROM mysql.global_priv ORDER BY 1; SELECT name FROM mysql.proc WHERE db = 'd';
      SELECT name FROM mysql.event; SELECT next_not_cached_value FROM d.numbers; SHOW CREATE TABLE d.rows_`);
    return { tables: [...sums, ...system], gtid };
  };
  const restore = (source: string, over: Partial<FunctionCall> = {}) =>
    callFunction({
      function: 'mariadb-restore',
      operation: 'Restore',
      source,
      connection: server.connection(account),
      ...over,
      restore: { allowOverwrite: true, previousData: 'Discard', stopCommand: server.stopCommand, startCommand: server.startCommand },
    });
  const refuses = async (source: string, code: ErrorCode, text: RegExp, over: Partial<FunctionCall> = {}) => {
    const pid = server.process()?.pid;
    await assert.rejects(restore(source, over), (error) => {
      assert.ok(isCode(error, code), String(error));
      assert.match(error.message, text);
      return true;
    });
    assert.equal(server.process()?.pid, pid, 'the server was never stopped');
  };

  it('is refused, with the server untouched, when a link is missing, surplus, or out of order', async () => {
    const missing = chain.copy();
    rmSync(join(missing, 'incremental-0001'), { recursive: true });
    await refuses(missing, 'ChainBroken', /incremental-0001 is missing/);
    const surplus = chain.copy();
    cpSync(join(surplus, 'incremental-0002'), join(surplus, 'incremental-0003'), { recursive: true });
    await refuses(surplus, 'ChainBroken', /incremental-0003 is there, and metadata\.index does not name it/);
    const [full, one, two] = chain.lines;
    assert.ok(full !== undefined && one !== undefined && two !== undefined);
    for (const operation of ['Check', 'Restore'] as const)
      await refuses(chain.copy([full, two, one]), 'ChainBroken', /incremental-0002 begins at LSN \d+, full ends at/, { operation });
    await refuses(chain.copy([one, two]), 'Invalid', /no metadata\.index with a full/, { operation: 'Check' });
    const other = { ...two, link: { ...two.link, position: { ...two.link.position, fromLsn: '7' } } };
    await refuses(chain.copy([full, one, other]), 'ChainBroken', /incremental-0002 begins at LSN 7/, { operation: 'Check' });
    const swapped = chain.copy();
    renameSync(join(swapped, 'incremental-0001'), join(swapped, 'aside'));
    renameSync(join(swapped, 'incremental-0002'), join(swapped, 'incremental-0001'));
    renameSync(join(swapped, 'aside'), join(swapped, 'incremental-0002'));
    await refuses(swapped, 'ChainBroken', /incremental-000\d goes from LSN \d+ to \d+, metadata\.index says/);
  });

  it('is refused, with the server untouched, when an incremental is damaged', async () => {
    const source = chain.copy();
    truncateSync(join(source, 'incremental-0001', 'd', 'rows_.ibd.delta'), 20_000);
    await refuses(source, 'FunctionFailed', /mariadb-backup --prepare/);
  });

  it('is refused where there is no room to prepare it', {
    skip: process.getuid?.() !== 0 && 'only root can mount a small file system',
  }, async () => {
    const [whole, small] = [chain.copy(), join(server.directory, 'small')];
    mkdirSync(small);
    const used = Number(/^(\d+)/.exec(execFileSync('du', ['-sm', whole], { encoding: 'utf8' }))?.[1]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${used + 2}m`, 'stash-test', small]);
    try {
      const source = join(small, 'source');
      cpSync(whole, source, { recursive: true });
      await refuses(source, 'StageFull', /too little room to prepare the incrementals/);
    } finally {
      execFileSync('umount', [small]);
    }
  });

  it('has every table as it was at the last link: created, dropped, renamed, truncated, altered, of any engine and format', async () => {
    await restore(chain.copy());
    const last = states.at(-1);
    const { tables } = await state();
    assert.deepEqual(tables, last?.tables);
    const [[slave] = []] = await server.sql('SELECT @@gtid_slave_pos');
    assert.equal(slave, last?.gtid);
    const checked = await server.sql(
      'CHECK TABLE d.rows_, d.small_pages, d.page_compressed, d.aria, d.myisam, d.parts, fresh.renamed EXTENDED',
    );
    assert.deepEqual(
      checked.filter(([, , , text]) => text !== 'OK'),
      [],
    );
  });

  it('goes on from an incremental to a state before the last link as well', async () => {
    const [full, one] = chain.lines;
    assert.ok(full !== undefined && one !== undefined);
    const { message } = await restore(chain.copy([full, one]));
    assert.match(message ?? '', new RegExp(`at GTID ${states[1]?.gtid}`));
    assert.deepEqual((await state()).tables, states[1]?.tables);
  });

  it('begins a new chain: the restored server does not go on from the old one', async () => {
    const made = await chain.incremental();
    assert.equal(made.needFull, 'LineageChanged');
    assert.match(made.message ?? '', /inode/);
    assert.deepEqual(readdirSync(join(server.directory, 'chain')).includes('incremental-0003'), false);
    assert.match(readFileSync(join(server.directory, 'chain', 'full', 'xtrabackup_checkpoints'), 'utf8'), /full-backuped/);
  });
});
