import { readFileSync } from 'node:fs';
import type { TestServer } from './test-server.ts';

/** The login of the account that the documented grants make. */
export interface BackupAccount {
  username: string;
  password: string;
}

const GRANTS = new URL('../../../../examples/mariadb-grants.sql', import.meta.url);

/** Makes the account of examples/mariadb-grants.sql, as users do. */
export async function makeBackupAccount(server: TestServer): Promise<BackupAccount> {
  await server.sql(readFileSync(GRANTS, 'utf8'));
  return { username: 'stash', password: 'change-me' };
}

/** The account of examples/mariadb-dump-grants.sql, with a password of its own. */
export async function makeDumpAccount(server: TestServer, password: string): Promise<void> {
  await server.sql(
    readFileSync(new URL('mariadb-dump-grants.sql', GRANTS), 'utf8').replace('change-me', password).replaceAll("'%'", "'localhost'"),
  );
}

/** Another account with these grants; both name and password may hold anything but a line end. */
export async function makeAccount(server: TestServer, { username, password }: BackupAccount, grants: string): Promise<BackupAccount> {
  const account = `${literal(username)}@'localhost'`;
  await server.sql(`CREATE USER ${account} IDENTIFIED BY ${literal(password)}; GRANT ${grants} ON *.* TO ${account}`);
  return { username, password };
}

function literal(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
