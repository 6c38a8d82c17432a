import type { ChildProcess } from 'node:child_process';
import { existsSync, openSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Shell, stop } from './shell.ts';

export interface DemoDatabase {
  socket: string;
  datadir: string;
  /** Of 127.0.0.1; absent where it does not listen. */
  port?: number;
  /** A script that takes `start` or `stop`: what the restore calls. */
  control: string;
  query(sql: string): Promise<string>;
  stop(): Promise<void>;
}

interface DatabaseOptions {
  serverId?: number;
  port?: number;
  /** The data directory to begin with, of a server that does not run. */
  copyOf?: string;
}

/** A MariaDB of its own: private directory, private socket, no network unless it gets a port. */
export async function startDatabase(directory: string, shell: Shell, options: DatabaseOptions = {}): Promise<DemoDatabase> {
  await mkdir(directory, { recursive: true });
  const datadir = join(directory, 'data');
  const socket = join(directory, 'db.sock');
  const user = userInfo().username;
  if (options.copyOf !== undefined) await shell.read('cp', ['-a', options.copyOf, datadir]);
  else
    await shell.read('mariadb-install-db', [
      '--no-defaults',
      `--datadir=${datadir}`,
      `--user=${user}`,
      '--auth-root-authentication-method=normal',
    ]);
  const control = join(directory, 'server.sh');
  writeFileSync(control, controlScript({ datadir, socket, user, directory, ...options }), { mode: 0o700 });
  await shell.read(control, ['start']);
  return {
    socket,
    datadir,
    ...(options.port === undefined ? {} : { port: options.port }),
    control,
    query: (sql) => shell.read('mariadb', ['--no-defaults', '--user=root', `--socket=${socket}`, '--batch', '--skip-column-names'], sql),
    stop: async () => {
      if (existsSync(socket)) await shell.read(control, ['stop']).catch(() => undefined);
    },
  };
}

interface Script extends DatabaseOptions {
  datadir: string;
  socket: string;
  user: string;
  directory: string;
}

function controlScript({ datadir, socket, user, directory, serverId = 1, port }: Script): string {
  const network = port === undefined ? '--skip-networking' : `--bind-address=127.0.0.1 --port=${port}`;
  return `#!/bin/sh
# Starts or stops the demonstration's own MariaDB.
case "$1" in
start)
  setsid mariadbd --no-defaults --datadir='${datadir}' --socket='${socket}' ${network} --user='${user}' \\
    --log-bin=binlog --log-slave-updates --gtid-strict-mode --server-id=${serverId} --pid-file='${directory}/pid' \\
    --innodb-buffer-pool-size=256M >> '${directory}/server.log' 2>&1 < /dev/null &
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
