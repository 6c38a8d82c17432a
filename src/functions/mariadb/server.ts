import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StashError } from '../../errors/error.ts';
import type { Connection } from '../../orders/order.ts';
import { run } from '../../process/run.ts';
import type { FunctionContext } from '../function.ts';
import { databaseError } from './database-error.ts';

export interface Server {
  /** `--defaults-file` for the MariaDB tools: the password is in that private file, never in argv. */
  defaultsFile: string;
  /** Rows of one or more statements, each a list of columns. */
  query(sql: string): Promise<string[][]>;
}

/** Of the target; `what` cannot do without. Throws Invalid. */
export function connectionOf({ connection }: Pick<FunctionContext, 'connection'>, what: string): Connection {
  if (connection === undefined) throw new StashError('Invalid', `${what} needs an AppBinding: it has no connection`);
  return connection;
}

/** How to reach the server; nothing is asked of it yet. */
export function openServer(connection: Connection, scratch: string, env: Record<string, string>, signal: AbortSignal): Server {
  const defaultsFile = join(scratch, 'client.cnf');
  writeFileSync(defaultsFile, optionFile(connection, scratch), { mode: 0o600 });
  return {
    defaultsFile,
    query: async (sql) => {
      const ended = await run({
        command: 'mariadb',
        // --defaults-file, not --defaults-extra-file: a ~/.my.cnf is read after an extra file and would log in as somebody else.
        args: [`--defaults-file=${defaultsFile}`, '--batch', '--raw', '--skip-column-names', '--connect-timeout=10', '--local-infile=0'],
        env,
        input: sql,
        signal,
        timeoutMs: 60_000,
        stdoutTailBytes: 1024 * 1024,
      });
      if (ended.canceled) throw new StashError('Canceled', 'a query was stopped');
      if (ended.timedOut) throw new StashError('DatabaseUnreachable', 'the server did not answer a query within 60 s');
      if (ended.exitCode !== 0) throw databaseError(ended.stderrTail, connection);
      return ended.stdoutTail
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split('\t'));
    },
  };
}

function optionFile(connection: Connection, scratch: string): string {
  const { host, port, socket, username, password, caCertificate } = connection;
  const options: Record<string, string | number | undefined> = { user: username, password, socket };
  if (socket === undefined) Object.assign(options, { host, port, protocol: 'tcp' });
  if (caCertificate !== undefined) {
    const file = join(scratch, 'ca.crt');
    writeFileSync(file, caCertificate, { mode: 0o600 });
    Object.assign(options, { 'ssl-ca': file, 'ssl-verify-server-cert': 1 });
  }
  const lines = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${quote(String(value))}`]));
  return `[client]\n${lines.join('\n')}\n`;
}

/** Option files know \\ and \" inside double quotes; a line end would begin a new option. */
function quote(value: string): string {
  if (/[\r\n\0]/.test(value))
    throw new StashError('Invalid', 'a user name, password or host of a database must not hold a line end or a NUL character');
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
