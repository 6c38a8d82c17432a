import { StashError } from '../errors/error.ts';

/** What mariadb-backup needs, and the question which server is the primary. */
export const PHYSICAL_GRANTS = ['RELOAD', 'PROCESS', 'BINLOG MONITOR', 'SLAVE MONITOR'] as const;
/** What a dump needs, on *.* or on each database that is dumped. */
export const DUMP_GRANTS = ['SELECT', 'SHOW VIEW', 'TRIGGER', 'EVENT'] as const;

export const GRANT_PURPOSES = ['physical', 'dump'] as const;
export type GrantPurpose = (typeof GRANT_PURPOSES)[number];

interface Wanted {
  purpose: GrantPurpose;
  /** Absent: as the example calls it. */
  user?: string | undefined;
  host?: string | undefined;
  /** An SQL literal; absent: a text that no server takes, so that nobody runs it as it is. */
  password?: string | undefined;
}

interface Account {
  user: string;
  host: string;
  file: string;
  intro: string;
  why: string[];
  grants: readonly string[];
}

const ACCOUNTS: Record<GrantPurpose, Account> = {
  physical: {
    user: 'stash',
    host: 'localhost',
    file: 'mariadb-grants.sql',
    intro: 'The account that Stash backs a MariaDB server up with.',
    why: [
      "RELOAD: the backup lock. PROCESS: reading InnoDB's state. BINLOG MONITOR: the binlog position that belongs to the backup.",
      'SLAVE MONITOR: whether the server is a replica.',
    ],
    grants: PHYSICAL_GRANTS,
  },
  dump: {
    user: 'stash-dump',
    host: '%',
    file: 'mariadb-dump-grants.sql',
    intro: 'The account that Stash dumps MariaDB with, over the network.',
    why: ['SELECT: rows, sequences, routines, accounts. SHOW VIEW, TRIGGER, EVENT: what makes these.'],
    grants: DUMP_GRANTS,
  },
};

/** The statements that make the account. Throws Invalid for a name that an account cannot have. */
export function grantsSql({ purpose, user, host, password = '<a password of your own, in quotes>' }: Wanted): string {
  const account = ACCOUNTS[purpose];
  const name = `${literal(user ?? account.user, 128)}@${literal(host ?? account.host, 255)}`;
  return [
    `-- ${account.intro} Run it as an administrator, with a password of your own:`,
    `--   mariadb < ${account.file}`,
    `CREATE USER IF NOT EXISTS ${name} IDENTIFIED BY ${password};`,
    ...account.why.map((line) => `-- ${line}`),
    `GRANT ${account.grants.join(', ')} ON *.* TO ${name};`,
    '',
  ].join('\n');
}

function literal(text: string, longest: number): string {
  if (text === '' || text.length > longest || /[\p{Cc}\\]/u.test(text))
    throw new StashError('Invalid', `"${text.slice(0, longest)}" is no name of a MariaDB account`, {
      remedy: `Give 1 to ${longest} characters, without control characters and backslashes.`,
    });
  return `'${text.replaceAll("'", "''")}'`;
}
