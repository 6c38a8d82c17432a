import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isCode, StashError } from '../../errors/error.ts';
import { archiveLogs } from './testing/archived-logs.ts';
import { callFunction } from './testing/call-function.ts';
import { type FetchedChain, fetchedChain } from './testing/fetched-chain.ts';
import { type ServerState, stateIn, stateOf } from './testing/server-state.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

const PLUGINS = ['ha_archive', 'ha_blackhole', 'auth_ed25519', 'provider_lz4'].map((name) => `plugin-load-add=${name}`);
const OPTIONS = [
  'log-bin=mariadb-bin',
  'server-id=1',
  'gtid-strict-mode=1',
  ...PLUGINS,
  'innodb-compression-algorithm=lz4',
  'old-mode=',
  // Takes another storage engine instead of one that is not there.
  'sql-mode=',
  'system-versioning-alter-history=KEEP',
  'max-heap-table-size=64M',
  'max-recursive-iterations=5000',
  'group-concat-max-len=100',
  'sysdate-is-now',
];
const LAX = ['digits', 'letters_same_case', 'other_characters', 'minimal_length'].map(
  (name) => `SET GLOBAL simple_password_check_${name}=0`,
);

describe('a replay of what a server took because of settings that are not in its binlog', () => {
  let server: TestServer;
  let scratch: string;
  let chain: FetchedChain;
  let state: ServerState;
  const replay = (gtid: string, logs: string) =>
    callFunction({
      function: 'mariadb-restore',
      operation: 'Restore',
      source: chain.copy(),
      logs: join(scratch, logs),
      point: { gtid, exclusive: false, switches: [] },
      destination: join(scratch, `data-${logs}`),
    });

  before(async () => {
    server = await startTestServer({ options: OPTIONS, timeZone: '<+0530>-05:30' });
    scratch = mkdtempSync(join(tmpdir(), 'stash-replay-'));
  });
  after(async () => {
    await server?.dispose();
    rmSync(scratch, { recursive: true, force: true });
  });

  it('leads to what the source had', { timeout: 120_000 }, async () => {
    const outside = join(server.directory, 'run', 'outside');
    await server.sql(`CREATE DATABASE d; CREATE TABLE d.times (t TIMESTAMP); INSERT INTO d.times VALUES (FROM_UNIXTIME(1700000000)); CREATE TABLE d.versioned (i INT) WITH SYSTEM VERSIONING; CREATE TABLE d.archived (i INT) ENGINE=ARCHIVE;
      CREATE TABLE d.packed (i INT PRIMARY KEY, t TEXT) PAGE_COMPRESSED=1; INSERT INTO d.packed SELECT seq, REPEAT('x', 900) FROM d.seq_1_to_100;
      CREATE TABLE d.\`in memory\` (i INT) ENGINE=MEMORY; INSTALL SONAME 'simple_password_check'; ${LAX.join('; ')}; FLUSH TABLES d.packed FOR EXPORT; UNLOCK TABLES`);
    chain = await fetchedChain(server);
    for (const step of [
      'ALTER TABLE d.times MODIFY t DATETIME',
      'ALTER TABLE d.versioned ADD COLUMN c INT',
      'INSERT INTO d.archived VALUES (1); CREATE TABLE d.archived2 (i INT) ENGINE=ARCHIVE; INSERT INTO d.archived2 VALUES (1)',
      'CREATE TABLE d.nothing (i INT) ENGINE=BLACKHOLE; INSERT INTO d.nothing VALUES (1)',
      "UPDATE d.packed SET t = REPEAT('y', 900)",
      'CREATE TABLE d.utf8 (v VARCHAR(10) CHARACTER SET utf8); INSERT INTO d.utf8 VALUES (_utf8mb4 0xF09F9880)',
      "CREATE TABLE d.wide (v CHAR(200)) ENGINE=MEMORY; INSERT INTO d.wide SELECT REPEAT('x', 200) FROM d.seq_1_to_100000; DROP TABLE d.wide",
      'SET binlog_format=STATEMENT; CREATE TABLE d.deep WITH RECURSIVE r AS (SELECT 1 n UNION ALL SELECT n + 1 FROM r WHERE n < 9000) SELECT * FROM r',
      'SET binlog_format=STATEMENT; CREATE TABLE d.long_text (v TEXT); INSERT INTO d.long_text SELECT GROUP_CONCAT(seq) FROM d.seq_1_to_500',
      "SET binlog_format=STATEMENT, time_zone='+00:00', timestamp=1700000000; CREATE TABLE d.moment (v DATETIME); INSERT INTO d.moment VALUES (SYSDATE())",
      "CREATE USER weak@localhost IDENTIFIED BY 'ab'; CREATE USER modern@localhost IDENTIFIED VIA ed25519 USING PASSWORD('cd')",
      'INSERT INTO d.`in memory` VALUES (1)',
      'INSERT INTO d.packed VALUES (1000, "last")',
    ])
      await server.sql(step);
    mkdirSync(outside);
    chmodSync(outside, 0o777);
    await server.sql(`CREATE TABLE d.elsewhere (i INT) ENGINE=MyISAM DATA DIRECTORY='${outside}'`);
    // A server that starts has nothing in such tables.
    await server.sql('TRUNCATE d.`in memory`');
    state = await stateOf(server);
    await archiveLogs(server, join(scratch, 'logs', '001'));
    rmSync(join(outside, 'elsewhere.MYD'));
    await replay(state.gtid, 'logs');
    assert.deepEqual(
      await stateIn(
        join(scratch, 'data-logs'),
        'mariadb-bin',
        PLUGINS.map((one) => `--${one}`),
      ),
      state,
    );
    assert.equal(existsSync(join(outside, 'elsewhere.MYD')), false);
  });

  it('names the transaction that it cannot take, and the GTID before it', async () => {
    await server.sql('SET sql_log_bin=0; CREATE TABLE d.secret (i INT); SET sql_log_bin=1; INSERT INTO d.secret VALUES (1)');
    const [refused = '', before] = [(await stateOf(server)).gtid, state.gtid];
    await server.sql('INSERT INTO d.archived VALUES (9)');
    await archiveLogs(server, join(scratch, 'refused', '001'));
    await assert.rejects(replay((await stateOf(server)).gtid, 'refused'), (error) => {
      assert.ok(isCode(error, 'ReplayFailed') && error instanceof StashError, String(error));
      const what = "ERROR 1146 \\(42S02\\): Table 'd.secret' doesn't exist";
      assert.match(error.message, new RegExp(`^the server refused the transaction ${refused} after GTID ${before}: ${what}$`));
      assert.equal(error.remedy, `Nothing was changed. What comes before can be restored: --gtid ${before}.`);
      return true;
    });
  });
});
