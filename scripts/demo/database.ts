import type { ChildProcess } from 'node:child_process';
import { existsSync, openSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Shell, stop } from './shell.ts';

interface DemoDatabase {
  socket: string;
  datadir: string;
  /** A script that takes `start` or `stop`: what the restore calls. */
  control: string;
  query(sql: string): Promise<string>;
  /** Checksums of all tables of the schema, one line a table. */
  checksums(): Promise<string>;
  stop(): Promise<void>;
}

const ROWS = 900_000;

/** A MariaDB of its own: private directory, private socket, no network. */
export async function startDatabase(directory: string, shell: Shell): Promise<DemoDatabase> {
  await mkdir(directory, { recursive: true });
  const datadir = join(directory, 'data');
  const socket = join(directory, 'db.sock');
  const user = userInfo().username;
  await shell.read('mariadb-install-db', [
    '--no-defaults',
    `--datadir=${datadir}`,
    `--user=${user}`,
    '--auth-root-authentication-method=normal',
  ]);
  const control = join(directory, 'server.sh');
  writeFileSync(control, controlScript({ datadir, socket, user, directory }), { mode: 0o700 });
  await shell.read(control, ['start']);
  const query = (sql: string) =>
    shell.read('mariadb', ['--no-defaults', '--user=root', `--socket=${socket}`, '--batch', '--skip-column-names'], sql);
  return {
    socket,
    datadir,
    control,
    query,
    checksums: () => query('CHECKSUM TABLE shop.orders, shop.customers; SELECT COUNT(*) FROM shop.orders;'),
    stop: async () => {
      if (existsSync(socket)) await shell.read(control, ['stop']).catch(() => undefined);
    },
  };
}

/** Somewhat over 200 MB of orders and their customers, and the account that backs up, with the rights it needs and no others. */
export async function fillDatabase(database: DemoDatabase, login: { username: string; password: string }): Promise<void> {
  await database.query(`
    CREATE USER '${login.username}'@'localhost' IDENTIFIED BY '${login.password}';
    GRANT RELOAD, PROCESS, BINLOG MONITOR, SLAVE MONITOR ON *.* TO '${login.username}'@'localhost';
    CREATE DATABASE shop; USE shop;
    CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(60), email VARCHAR(80));
    CREATE TABLE orders (id INT PRIMARY KEY, customer INT, note VARCHAR(255), amount DECIMAL(9,2), KEY (customer));
    INSERT INTO customers SELECT seq, CONCAT('customer ', seq), CONCAT('c', seq, '@example.com') FROM seq_1_to_20000;
    INSERT INTO orders SELECT seq, 1 + seq % 20000, REPEAT(SHA2(seq, 256), 3), seq % 9973 / 7 FROM seq_1_to_${ROWS};`);
}

function controlScript({ datadir, socket, user, directory }: { datadir: string; socket: string; user: string; directory: string }): string {
  return `#!/bin/sh
# Starts or stops the demonstration's own MariaDB.
case "$1" in
start)
  setsid mariadbd --no-defaults --datadir='${datadir}' --socket='${socket}' --skip-networking --user='${user}' \\
    --log-bin=binlog --server-id=1 --pid-file='${directory}/pid' --innodb-buffer-pool-size=256M >> '${directory}/server.log' 2>&1 < /dev/null &
  n=0
  until mariadb-admin --no-defaults --user=root --socket='${socket}' ping > /dev/null 2>&1; do
    n=$((n + 1)); [ $n -lt 300 ] || { tail -5 '${directory}/server.log' >&2; exit 1; }
    sleep 0.1
  done ;;
stop)
  mariadb-admin --no-defaults --user=root --socket='${socket}' shutdown
  while [ -e '${directory}/pid' ]; do sleep 0.1; done ;;
esac
`;
}

/** `stash up` in the background; resolves once it says that it is ready. */
export async function startStash(shell: Shell, stash: string, logFile: string): Promise<ChildProcess> {
  const child = shell.start(stash, ['up'], openSync(logFile, 'a'));
  for (let waited = 0; ; waited += 100) {
    if (child.exitCode !== null) throw new Error(`stash up ended with ${child.exitCode}; see ${logFile}`);
    if ((await shell.read('cat', [logFile])).includes('"message":"ready"')) return child;
    if (waited > 30_000) {
      await stop(child);
      throw new Error(`stash up was not ready within 30 s; see ${logFile}`);
    }
    await delay(100);
  }
}
