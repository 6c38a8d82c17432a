import type { Random } from './random.ts';

/** What an application does to its database: statements for one session, and what they are called. */
interface Write {
  name: string;
  sql: string;
}

const SCHEMAS = ['h0', 'h1'];

/** `round` makes names new. Every table is `h?.t?` with `i INT AUTO_INCREMENT PRIMARY KEY, t LONGTEXT, n INT`; h0.t0 is always there. */
export function randomWrite(random: Random, round: number): Write {
  const made = `${random.pick(SCHEMAS)}.t${1 + random.int(3)}`;
  const columns = '(i INT AUTO_INCREMENT PRIMARY KEY, t LONGTEXT, n INT DEFAULT 0)';
  const engine = random.pick(['InnoDB', 'InnoDB', 'InnoDB ROW_FORMAT=COMPRESSED', 'Aria', 'MyISAM']);
  const writes: Record<string, string> = {
    insert: `INSERT INTO h0.t0 (t, n) SELECT REPEAT(MD5(${round} + seq), 20), seq FROM seq_1_to_${1 + random.int(400)}`,
    update: `UPDATE h0.t0 SET t = CONCAT('u', ${round}, t), n = n + 1 WHERE i % ${2 + random.int(9)} = 0`,
    delete: `DELETE FROM h0.t0 WHERE i % ${5 + random.int(9)} = 1`,
    transaction: `BEGIN; INSERT INTO h0.t0 (t) VALUES ('a${round}'); UPDATE h0.t0 SET n = ${round} ORDER BY i DESC LIMIT 20; DELETE FROM h0.t0 ORDER BY i LIMIT 3; COMMIT`,
    'rolled back': `BEGIN; DELETE FROM h0.t0; ROLLBACK; INSERT INTO h0.t0 (t) VALUES ('after a rollback ${round}')`,
    'large row': `INSERT INTO h0.t0 (t) VALUES (REPEAT('${round}', ${(1 + random.int(3)) * 300_000}))`,
    'create table': `CREATE OR REPLACE TABLE ${made} ${columns} ENGINE=${engine}; INSERT INTO ${made} (t) SELECT SHA1(seq + ${round}) FROM seq_1_to_50`,
    'alter table': `ALTER TABLE h0.t0 ADD COLUMN c${round} INT DEFAULT ${round}; UPDATE h0.t0 SET c${round} = i; ALTER TABLE h0.t0 DROP COLUMN c${round}`,
    'add index': `ALTER TABLE h0.t0 ADD INDEX n${round} (n); ALTER TABLE h0.t0 DROP INDEX n${round}`,
    truncate: `CREATE TABLE IF NOT EXISTS ${made} ${columns}; TRUNCATE TABLE ${made}; INSERT INTO ${made} (t) VALUES ('first ${round}')`,
    'drop table': `DROP TABLE IF EXISTS ${made}; INSERT INTO h0.t0 (t) VALUES ('after a drop ${round}')`,
    rename: `DROP TABLE IF EXISTS h1.renamed; CREATE TABLE h1.before ${columns}; INSERT INTO h1.before (t) VALUES ('${round}'); RENAME TABLE h1.before TO h1.renamed`,
    'another schema': `CREATE DATABASE IF NOT EXISTS h${2 + random.int(2)}; DROP DATABASE IF EXISTS h3; INSERT INTO h0.t0 (t) VALUES ('${round}')`,
    account: `CREATE OR REPLACE USER 'u${random.int(3)}'@'%' IDENTIFIED BY 'p${round}'; GRANT SELECT ON h0.* TO 'u${random.int(3)}'@'%' IDENTIFIED BY 'q'`,
  };
  const name = random.pick(Object.keys(writes));
  return { name, sql: writes[name] ?? '' };
}
