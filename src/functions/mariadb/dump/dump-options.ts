import { StashError } from '../../../errors/error.ts';

/** What is dumped: the parameters `databases`, `args` and `users`, understood and checked. */
export interface DumpOptions {
  /** Named ones; empty: all that are there. */
  databases: string[];
  /** Further options for mariadb-dump, all from the list below. */
  options: string[];
  /** Accounts and their grants go with it. */
  users: boolean;
}

/** Of the server itself. Accounts are dumped as statements instead (`users`): the tables of `mysql` are of one version of it. */
const OF_THE_SERVER = ['mysql', 'sys', 'information_schema', 'performance_schema'];

/**
 * Options of mariadb-dump that a user may give. Whatever would write a file, log in elsewhere or as somebody else, change the server, hide
 * an error, or leave something out that nobody sees, is not among them; neither are abbreviations.
 */
const FLAGS = new Set(
  `--add-drop-database --add-drop-table --add-drop-trigger --add-locks --all-databases --comments --complete-insert --compress --create-options
  --databases --disable-keys --dump-date --dump-history --events --extended-insert --hex-blob --lock-all-tables --lock-tables --no-autocommit
  --no-data --no-tablespaces --opt --order-by-primary --order-by-size --quick --quote-names --routines --set-charset --single-transaction
  --skip-add-locks --skip-disable-keys --skip-dump-date --skip-extended-insert --skip-lock-tables --skip-events --skip-routines --skip-triggers
  --triggers --tz-utc -A -B -C -E -R -c -d -e -q -x -y`.split(/\s+/),
);
const VALUED = new Set([
  '--default-character-set',
  '--ignore-database',
  '--ignore-table',
  '--ignore-table-data',
  '--max-allowed-packet',
  '--max-statement-time',
  '--net-buffer-length',
]);
const ALL = ['--all-databases', '-A'];
const SEVERAL = ['--databases', '-B'];

/** Throws Invalid with what is wrong. `args` are parted at blanks, as Stash's addon does; there is no quoting. */
export function dumpOptions(given: { databases?: string | undefined; args?: string | undefined; users?: string | undefined }): DumpOptions {
  const { names, options } = parted(words(given.args));
  const listed = words(given.databases?.replaceAll(',', ' '));
  const chosen = [...ALL, ...SEVERAL].find((one) => options.includes(one));
  if (listed.length > 0 && (names.length > 0 || chosen !== undefined))
    throw invalid(`databases and args both say what is dumped ("${given.databases}" and "${given.args}")`);
  if (names.length > 1 && !SEVERAL.some((one) => options.includes(one)))
    throw invalid(`args "${given.args}" names single tables of ${names[0]}; a dump holds whole databases`, {
      remedy: 'Name the database alone, and leave tables out with --ignore-table=DATABASE.TABLE.',
    });
  if (names.length > 0 && ALL.some((one) => options.includes(one)))
    throw invalid(`args "${given.args}" wants all databases and names ${names.join(', ')}`);
  if (names.length === 0 && SEVERAL.some((one) => options.includes(one)))
    throw invalid(`args "${given.args}" has --databases without a name`);
  const databases = [...new Set([...listed, ...names])];
  const ofServer = databases.find((one) => OF_THE_SERVER.includes(one.toLowerCase()));
  if (ofServer !== undefined)
    throw invalid(`the database ${ofServer} belongs to the server itself`, {
      remedy: 'Leave it out; accounts and their grants come with the parameter users: "true".',
    });
  return { databases, options: options.filter((one) => ![...ALL, ...SEVERAL].includes(one)), users: given.users === 'true' };
}

/** The arguments of mariadb-dump; `binlog`: whether the server has one, whose position the dump then names in a comment. */
export function dumpArguments({ databases, options }: DumpOptions, defaultsFile: string, binlog: boolean): string[] {
  const locks = options.some((one) => ['--lock-all-tables', '-x', '--lock-tables'].includes(one));
  return [
    `--defaults-file=${defaultsFile}`,
    ...(locks ? [] : ['--single-transaction']),
    '--quick',
    '--routines',
    '--triggers',
    '--events',
    '--hex-blob',
    '--max-allowed-packet=1G',
    '--default-character-set=utf8mb4',
    ...(binlog ? ['--master-data=2', '--gtid'] : []),
    ...options,
    ...(databases.length === 0 ? ['--all-databases', '--ignore-database=mysql'] : ['--databases', '--', ...databases]),
  ];
}

/** The accounts, as statements that leave those alone which are there. */
export function usersArguments(defaultsFile: string): string[] {
  return [`--defaults-file=${defaultsFile}`, '--system=users', '--insert-ignore'];
}

function parted(args: string[]): { names: string[]; options: string[] } {
  const names: string[] = [];
  const options: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    const [name = '', value] = word.includes('=') ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] : [word];
    if (!word.startsWith('-')) names.push(word);
    else if (FLAGS.has(word)) options.push(word);
    else if (VALUED.has(name)) {
      const found = value ?? args[++at];
      if (found === undefined || found === '' || found.startsWith('-')) throw invalid(`args: ${name} needs a value`);
      options.push(`${name}=${found}`);
    } else
      throw invalid(`args: ${name} is not allowed`, {
        remedy: `Leave it out. Allowed are ${[...FLAGS].join(' ')} and, with a value, ${[...VALUED].join(' ')}.`,
      });
  }
  return { names, options };
}

function words(text = ''): string[] {
  return text.split(/\s+/).filter((one) => one !== '');
}

function invalid(message: string, options: { remedy?: string } = {}): StashError {
  return new StashError('Invalid', `mariadb-dump: ${message}`, options);
}
