import { join } from 'node:path';
import { freePort } from '../../src/process/free-port.ts';
import { PHYSICAL_GRANTS } from '../../src/rules/mariadb-grants.ts';
import { type DemoDatabase, startDatabase } from './database.ts';
import type { Shell } from './shell.ts';

/** A primary and its replica, with a shop in them. */
interface Shop {
  /** By the names that the AppBinding gives them. */
  servers: { 'db-0': DemoDatabase; 'db-1': DemoDatabase };
  /** Some orders more, as one transaction each. */
  sell(server: DemoDatabase, orders: number): Promise<void>;
  /** Checksums of the tables, one line a table, and how many orders there are. */
  checksums(server: DemoDatabase): Promise<string>;
  /** Where its binlog is. */
  gtid(server: DemoDatabase): Promise<string>;
  /** The replica takes over; the primary becomes its replica. */
  failover(): Promise<void>;
  stop(): Promise<void>;
}

const ROWS = 900_000;
const REPLICATION = 'replication';

/** Somewhat over 200 MB of orders and their customers, and the account that backs up, with the rights it needs and no others. */
export async function startShop(directory: string, shell: Shell, login: { username: string; password: string }): Promise<Shop> {
  const first = await startDatabase(join(directory, 'db-0'), shell, { serverId: 1, port: await freePort() });
  await first.query(`SET sql_log_bin = 0;
    CREATE USER '${REPLICATION}'@'127.0.0.1' IDENTIFIED BY '${login.password}'; GRANT REPLICATION SLAVE ON *.* TO '${REPLICATION}'@'127.0.0.1';
    CREATE USER '${login.username}'@'localhost' IDENTIFIED BY '${login.password}';
    GRANT ${PHYSICAL_GRANTS.join(', ')} ON *.* TO '${login.username}'@'localhost';
    CREATE DATABASE shop; USE shop;
    CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(60), email VARCHAR(80));
    CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, customer INT, note VARCHAR(255), amount DECIMAL(9,2), KEY (customer));
    INSERT INTO customers SELECT seq, CONCAT('customer ', seq), CONCAT('c', seq, '@example.com') FROM seq_1_to_20000;
    INSERT INTO orders SELECT seq, 1 + seq % 20000, REPEAT(SHA2(seq, 256), 3), seq % 9973 / 7 FROM seq_1_to_${ROWS};
    SET sql_log_bin = 1; INSERT INTO orders (customer, note, amount) VALUES (1, 'the first in the binlog', 1)`);
  await first.stop();
  const second = await startDatabase(join(directory, 'db-1'), shell, { serverId: 2, port: await freePort(), copyOf: first.datadir });
  await shell.read(first.control, ['start']);
  const follow = async (replica: DemoDatabase, primary: DemoDatabase) => {
    await replica.query(`SET GLOBAL gtid_slave_pos = @@gtid_binlog_pos; CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=${primary.port},
      MASTER_USER='${REPLICATION}', MASTER_PASSWORD='${login.password}', MASTER_USE_GTID=slave_pos; SET GLOBAL read_only = 1; START SLAVE`);
  };
  await follow(second, first);
  const gtid = async (server: DemoDatabase) => (await server.query('SELECT @@gtid_binlog_pos')).trim();
  return {
    servers: { 'db-0': first, 'db-1': second },
    sell: async (server, orders) => {
      const one = `INSERT INTO shop.orders (customer, note, amount) VALUES (1 + RAND() * 20000, UUID(), RAND() * 100);\n`;
      await server.query(one.repeat(orders));
    },
    checksums: (server) => server.query('CHECKSUM TABLE shop.orders, shop.customers; SELECT COUNT(*) FROM shop.orders;'),
    gtid,
    failover: async () => {
      await second.query(`SELECT MASTER_GTID_WAIT('${await gtid(first)}', 60)`);
      await second.query('STOP SLAVE; RESET SLAVE ALL; SET GLOBAL read_only = 0');
      await follow(first, second);
    },
    stop: async () => {
      await first.stop();
      await second.stop();
    },
  };
}
