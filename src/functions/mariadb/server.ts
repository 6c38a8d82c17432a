import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StashError } from '../../errors/error.ts';
import type { Connection } from '../../orders/order.ts';
import { run } from '../../process/run.ts';

export interface Server {
  /** `--defaults-extra-file` for the MariaDB tools: the password is in that private file, never in argv. */
  defaultsFile: string;
  /** Rows of one query, each a list of columns. */
  query(sql: string): Promise<string[][]>;
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
        args: [`--defaults-extra-file=${defaultsFile}`, '--batch', '--raw', '--skip-column-names', '--connect-timeout=10'],
        env,
        input: sql,
        signal,
        timeoutMs: 60_000,
        stdoutTailBytes: 1024 * 1024,
      });
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
  if (/[\r\n]/.test(value)) throw new StashError('Invalid', 'a user name, password or host of a database must not hold a line end');
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** What a MariaDB tool wrote on standard error, as the error it means. */
export function databaseError(stderr: string, connection: Connection): StashError {
  const where = connection.socket ?? `${connection.host ?? 'localhost'}:${connection.port ?? 3306}`;
  const last =
    stderr
      .trim()
      .split('\n')
      .filter((line) => /error|denied|can't|failed|privilege/i.test(line))
      .at(-1) ?? stderr.trim().slice(-300);
  const grant = /(?:need \(at least one of\) the |missing required privilege )([A-Z ,]+?)(?: privilege| on|$)/m.exec(stderr)?.[1];
  if (grant !== undefined)
    return new StashError('DatabaseGrantMissing', `the database user ${connection.username} lacks ${grant.trim()} on ${where}: ${last}`);
  if (/ERROR 1045|Access denied for user/i.test(stderr))
    return new StashError('DatabaseAccessDenied', `${where} refused the login of ${connection.username}: ${last}`);
  if (/ERROR 20\d\d|Can't connect|Failed to connect|Lost connection|Connection refused/i.test(stderr))
    return new StashError('DatabaseUnreachable', `no MariaDB server answers at ${where}: ${last}`);
  return new StashError('FunctionFailed', `MariaDB at ${where}: ${last}`);
}
