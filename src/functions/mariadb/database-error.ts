import { StashError } from '../../errors/error.ts';
import type { Connection } from '../../orders/order.ts';
import { PHYSICAL_GRANTS } from '../../rules/mariadb-grants.ts';

/** What a MariaDB tool wrote on standard error, as the error it means. */
export function databaseError(stderr: string, connection: Connection): StashError {
  const where = connection.socket ?? `${connection.host ?? 'localhost'}:${connection.port ?? 3306}`;
  const lines = stderr.trim().split('\n');
  const last = lines.filter((line) => /error|denied|can't|failed|privilege/i.test(line)).at(-1) ?? stderr.trim().slice(-300);
  const missing = missingGrants(stderr);
  if (missing.length > 0)
    return new StashError('DatabaseGrantMissing', `the database user ${connection.username} lacks ${missing.join(', ')} on ${where}`, {
      remedy: `GRANT ${PHYSICAL_GRANTS.join(', ')} ON *.* to this user (docs/mariadb.md says what each is for).`,
    });
  if (/ERROR 1045|ERROR 1698|Access denied for user/i.test(stderr))
    return new StashError('DatabaseAccessDenied', `${where} refused the login of ${connection.username}: ${last}`);
  if (/Lost connection[^\n]* during query|server has gone away|shutdown in progress|Connection was killed/i.test(stderr))
    return new StashError('DatabaseLost', `the MariaDB server at ${where} went away while it was asked: ${last}`);
  if (/ERROR 20\d\d|Can't connect|Failed to connect|Lost connection|Connection refused/i.test(stderr))
    return new StashError('DatabaseUnreachable', `no MariaDB server answers at ${where}: ${last}`);
  return new StashError('FunctionFailed', `MariaDB at ${where}: ${last}`);
}

/**
 * The server says `you need (at least one of) the SUPER, BINLOG MONITOR privilege(s)`, the least one last; mariadb-backup says
 * `missing required privilege RELOAD on *.*`, one line each.
 */
function missingGrants(stderr: string): string[] {
  const named = [...stderr.matchAll(/missing required privilege ([A-Z ]+?) on /g)].map((match) => match[1] ?? '');
  const denied = [...stderr.matchAll(/need \(at least one of\) the ([A-Z ,]+?) privilege/g)].map(
    (match) => match[1]?.split(', ').at(-1) ?? '',
  );
  return [...new Set([...named, ...denied])];
}
