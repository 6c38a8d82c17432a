import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type BackupAccount, makeBackupAccount } from './testing/backup-account.ts';
import { callFunction } from './testing/call-function.ts';
import { localChain } from './testing/local-chain.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';
import { when } from './testing/when.ts';

describe('a chain that was made under writes', () => {
  let server: TestServer;
  let account: BackupAccount;

  before(async () => {
    server = await startTestServer({ options: ['log-bin', 'max-binlog-size=64K', 'innodb-flush-log-at-trx-commit=2'] });
    account = await makeBackupAccount(server);
    // Each statement is a transaction, so the rows of all tables together count the GTIDs.
    await server.sql(`CREATE DATABASE d; USE d;
      CREATE TABLE control (stop INT) ENGINE=Aria; INSERT INTO control VALUES (0);
      CREATE TABLE rows_ (i INT PRIMARY KEY AUTO_INCREMENT, t CHAR(200)); CREATE TABLE whole (i INT PRIMARY KEY AUTO_INCREMENT) ENGINE=Aria;`);
    await server.sql(`USE d
DELIMITER //
CREATE PROCEDURE load_() MODIFIES SQL DATA WHILE (SELECT stop FROM control) = 0 DO
      INSERT INTO rows_ (t) VALUES (REPEAT('x', 200)); INSERT INTO rows_ (t) SELECT 'y' FROM rows_ LIMIT 1; INSERT INTO whole () VALUES (); END WHILE//
`);
  });
  after(() => server?.dispose());

  it('ends exactly at the GTID that it records, after the full and after each incremental', async () => {
    const chain = localChain(server, account);
    const [[start = ''] = []] = await server.sql('SELECT @@gtid_binlog_pos');
    const load = server.sql('CALL d.load_()');
    const written = (atLeast: number) =>
      when(`${atLeast} rows are there`, async () =>
        Number((await server.sql('SELECT COUNT(*) FROM d.rows_'))[0]?.[0]) > atLeast ? true : undefined,
      );
    try {
      await written(200);
      await chain.full();
      for (const atLeast of [2000, 4000]) {
        await written(atLeast);
        const made = await chain.incremental();
        assert.equal(made.needFull, undefined, made.message);
      }
    } finally {
      await server.sql('UPDATE d.control SET stop = 1');
      await load;
    }
    for (const lines of [chain.lines.slice(0, 1), chain.lines]) {
      const source = chain.copy(lines);
      await restore(source);
      const [[rows = '', innodb = ''] = []] = await server.sql(
        'SELECT (SELECT COUNT(*) FROM d.rows_) + (SELECT COUNT(*) FROM d.whole), (SELECT COUNT(*) FROM d.rows_)',
      );
      const gtid = String(lines.at(-1)?.link.position.gtid);
      assert.equal(sequence(gtid) - sequence(start), Number(rows), `${rows} rows (${innodb} in InnoDB) at ${gtid}, begun at ${start}`);
    }
  });

  const restore = (source: string) =>
    callFunction({
      function: 'mariadb-restore',
      operation: 'Restore',
      source,
      connection: server.connection(account),
      restore: { allowOverwrite: true, previousData: 'Discard', stopCommand: server.stopCommand, startCommand: server.startCommand },
    });
  const sequence = (gtid: string) => Number(gtid.split('-')[2]);
});
