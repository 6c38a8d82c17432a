import type { TestServer } from './test-server.ts';

const DATABASES = ['shop', 'we`ird ü'];

/** Two databases with one of everything that a dump has to bring back, and an account. */
export async function fillWithEverything(server: TestServer): Promise<void> {
  await server.sql(`SET NAMES utf8mb4; CREATE DATABASE shop CHARACTER SET utf8mb4; CREATE DATABASE \`we\`\`ird ü\`; USE shop;
    CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, note TEXT, raw BLOB, at TIMESTAMP(6) NULL, amount DECIMAL(10,2), price DOUBLE);
    INSERT INTO orders (note, raw, at, amount, price) SELECT CONCAT('line\\n''quoted'' ü ', seq, '\\n-- Current Database: \`no\`\\n--\\n'),
      UNHEX(MD5(seq)), FROM_UNIXTIME(1700000000 + seq), seq / 3, seq / 7 FROM seq_1_to_3000;
    CREATE TABLE parts (id INT PRIMARY KEY, order_id INT, FOREIGN KEY (order_id) REFERENCES orders (id));
    INSERT INTO parts SELECT seq, seq FROM seq_1_to_100;
    CREATE TABLE aria (i INT) ENGINE=Aria; INSERT INTO aria VALUES (1), (2);
    CREATE SEQUENCE numbers START WITH 5; CREATE VIEW big_orders AS SELECT id, note FROM orders WHERE amount > 500;
    CREATE PROCEDURE p() SELECT COUNT(*) FROM orders; CREATE FUNCTION f(i INT) RETURNS INT DETERMINISTIC RETURN i + 1;
    CREATE TRIGGER before_order BEFORE INSERT ON parts FOR EACH ROW SET NEW.order_id = COALESCE(NEW.order_id, 1);
    CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO DELETE FROM parts WHERE id < 0;
    USE \`we\`\`ird ü\`; CREATE TABLE t (k VARCHAR(20)); INSERT INTO t VALUES ('ü'), (NULL); CREATE VIEW v AS SELECT * FROM shop.big_orders;
    CREATE USER 'reader'@'%' IDENTIFIED BY 'reader-password'; GRANT SELECT ON shop.* TO 'reader'@'%'`);
}

/** Checksums of all tables, and all that makes tables, views, routines, triggers and events, to be compared. */
export async function definitions(server: TestServer): Promise<string[]> {
  const found: string[] = [];
  const name = (text = '') => `\`${text.replaceAll('`', '``')}\``;
  for (const database of DATABASES) {
    const tables = await server.sql(
      `SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = '${database}' ORDER BY 1`,
    );
    for (const [table, type] of tables) {
      found.push(`${type} ${JSON.stringify(await server.sql(`SHOW CREATE TABLE ${name(database)}.${name(table)}`))}`);
      if (type === 'BASE TABLE') found.push(String(await server.sql(`CHECKSUM TABLE ${name(database)}.${name(table)}`)));
    }
    for (const query of [
      `SELECT ROUTINE_NAME, ROUTINE_TYPE, ROUTINE_DEFINITION, DEFINER, SQL_MODE FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = '${database}'`,
      `SELECT TRIGGER_NAME, ACTION_STATEMENT, EVENT_OBJECT_TABLE, DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '${database}'`,
      `SELECT EVENT_NAME, EVENT_DEFINITION, INTERVAL_VALUE, STARTS, STATUS, DEFINER FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '${database}'`,
    ])
      found.push(...(await server.sql(`${query} ORDER BY 1`)).map(String));
  }
  return found;
}
