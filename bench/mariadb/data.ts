import type { DemoDatabase } from '../../scripts/demo/database.ts';
import { grantsSql } from '../../src/rules/mariadb-grants.ts';

const TABLES = 8;
const ROWS_A_MB = 1000;

interface Login {
  username: string;
  password: string;
}

/** The account of the backups, and about `megabytes` of rows in eight tables: hex digits, which compress by half, as text in databases does. */
export async function fill(database: DemoDatabase, megabytes: number, { username, password }: Login): Promise<void> {
  await database.query(`${grantsSql({ purpose: 'physical', user: username, password: `'${password}'` })}
    SET GLOBAL innodb_max_dirty_pages_pct_lwm=0; SET GLOBAL innodb_max_dirty_pages_pct=0;
    CREATE DATABASE bench; CREATE TABLE bench.written (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(1024));`);
  const rows = Math.ceil((megabytes * ROWS_A_MB) / TABLES);
  for (let table = 0; table < TABLES; table++) {
    await database.query(`CREATE TABLE bench.t${table} (id INT PRIMARY KEY, v VARCHAR(1024));`);
    for (let from = 1; from <= rows; from += 50_000)
      await database.query(
        `SET sql_log_bin=0; USE bench; INSERT INTO bench.t${table} SELECT seq, ${text(`seq+${table}e7`)} FROM seq_${from}_to_${Math.min(rows, from + 49_999)};`,
      );
  }
  await settled(database);
}

/** Every hundredth stretch of 64 rows gets other content; not in the log. */
export async function changeOnePercent(database: DemoDatabase): Promise<void> {
  for (let table = 0; table < TABLES; table++)
    await database.query(`SET sql_log_bin=0; UPDATE bench.t${table} SET v=REVERSE(v) WHERE (id DIV 64) % 100 = 1;`);
  await settled(database);
}

/** About `megabytes` of binlog, half in transactions of 1 MB, half in such of one row; the server begins a new file half-way. */
export async function write(database: DemoDatabase, megabytes: number): Promise<void> {
  const half = `FOR n IN 1..${Math.max(1, Math.round(megabytes / 4))} DO
      INSERT INTO bench.written (v) SELECT ${text('seq+n*1e4')} FROM seq_1_to_1000;
      FOR m IN 1..800 DO INSERT INTO bench.written (v) VALUES (${text('m+n*1e4')}); END FOR;
    END FOR;`;
  const both = `BEGIN NOT ATOMIC ${half} END //\nFLUSH BINARY LOGS //\nBEGIN NOT ATOMIC ${half} END //\n`;
  await database.query(
    `SET GLOBAL innodb_flush_log_at_trx_commit=0; USE bench;\nDELIMITER //\n${both}DELIMITER ;\nSET GLOBAL innodb_flush_log_at_trx_commit=1;`,
  );
}

/** Nothing is left to be flushed: what is copied from now on is the same for whoever copies it. */
async function settled(database: DemoDatabase): Promise<void> {
  for (;;) {
    const dirty = await database.query(
      "SELECT variable_value FROM information_schema.global_status WHERE variable_name='INNODB_BUFFER_POOL_PAGES_DIRTY'",
    );
    if (Number(dirty) === 0) return;
    await database.query('SELECT SLEEP(0.1)');
  }
}

function text(seed: string): string {
  return `CONCAT(${[0, 1, 2, 3, 4, 5, 6].map((at) => `SHA2(${seed}+${at}e9,512)`).join(',')})`;
}
