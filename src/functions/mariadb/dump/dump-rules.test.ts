import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCode } from '../../../errors/error.ts';
import { missingAccounts } from './dump-accounts.ts';
import { missingDumpGrants } from './dump-grants.ts';
import { dumpArguments, dumpOptions } from './dump-options.ts';
import { binlogPlace } from './dump-position.ts';
import { dumpSections, USERS_MARK } from './dump-sections.ts';
import { restoreOptions } from './restore-options.ts';

type Given = Parameters<typeof dumpOptions>[0];

const UNDERSTOOD: [why: string, given: Given, ends: string[], users: boolean][] = [
  ['nothing: all databases', {}, ['--all-databases', '--ignore-database=mysql'], false],
  ['names', { databases: 'a, b b' }, ['--databases', '--', 'a', 'b'], false],
  ['names, with accounts', { databases: 'a', users: 'true' }, ['--databases', '--', 'a'], true],
  [
    "the default of Stash's addon",
    { args: '--all-databases --ignore-database=mysql' },
    ['--all-databases', '--ignore-database=mysql'],
    false,
  ],
  ["names as Stash's users give them", { args: '--databases a b --hex-blob' }, ['--hex-blob', '--databases', '--', 'a', 'b'], false],
  ['a name alone', { args: 'a' }, ['--databases', '--', 'a'], false],
  ['a value behind its option', { args: '--ignore-table a.t a' }, ['--ignore-table=a.t', '--databases', '--', 'a'], false],
];
for (const [why, given, ends, users] of UNDERSTOOD)
  test(`a dump understands ${why}`, () => {
    const options = dumpOptions(given);
    const made = dumpArguments(options, '/f', true);
    assert.deepEqual(made.slice(-ends.length), ends);
    assert.equal(made[0], '--defaults-file=/f');
    assert.ok(made.includes('--single-transaction') && made.includes('--master-data=2'));
    assert.equal(options.users, users);
  });

test('without a binlog no position is asked for, and with locks no transaction', () => {
  assert.ok(!dumpArguments(dumpOptions({}), '/f', false).join().includes('master-data'));
  assert.ok(!dumpArguments(dumpOptions({ args: '--lock-all-tables' }), '/f', true).includes('--single-transaction'));
});

const HOSTILE = [
  ...['--result-file=/x', '-r/x', '--resul=/x', '--tab=/x', '--log-error=/x', '--user=root', '-uroot', '--password=x', '-px', '--host=h'],
  ...[
    '--defaults-file=/x',
    '--defaults-extra-file=/x',
    '--plugin-dir=/x',
    '--force',
    '-f',
    '--delete-master-logs',
    '--flush-logs',
    '--where=1',
  ],
  ...[
    '--master-data=1',
    '--xml',
    '--compact',
    '--skip-comments',
    '--debug=d:t:o,/x',
    '--skip-opt',
    '--ssl=0',
    '--socket=/x',
    '--no-create-db',
  ],
];
for (const args of HOSTILE)
  test(`a dump and its restore refuse ${args}`, () => {
    for (const parse of [dumpOptions, restoreOptions])
      assert.throws(
        () => parse({ args: `--compress ${args}` }),
        (error) => isCode(error, 'Invalid') && /is not allowed/.test(error.message) && /Allowed are/.test(error.remedy),
      );
  });
for (const args of [
  '--execute=DROP',
  '-e',
  '--tee=/x',
  '--pager=sh',
  '--init-command=x',
  '--local-infile=1',
  '--force',
  '--named-commands',
])
  test(`a restore refuses ${args}`, () => {
    assert.throws(
      () => restoreOptions({ args }),
      (error) => isCode(error, 'Invalid') && /is not allowed/.test(error.message),
    );
  });

const WRONG: [given: Given, says: RegExp][] = [
  [{ databases: 'a', args: '--databases b' }, /both say what is dumped/],
  [{ args: 'a t1 t2' }, /single tables of a/],
  [{ args: '--all-databases a' }, /wants all databases and names a/],
  [{ args: '--databases' }, /without a name/],
  [{ args: '--max-allowed-packet --quick' }, /needs a value/],
  [{ databases: 'mysql' }, /belongs to the server itself/],
];
for (const [given, says] of WRONG)
  test(`a dump refuses ${JSON.stringify(given)}`, () => {
    assert.throws(
      () => dumpOptions(given),
      (error) => isCode(error, 'Invalid') && says.test(error.message),
    );
  });

test('no args make mariadb-dump read another option file, write a file or log in as somebody else', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('-', '--', '=', ' ', 'a', 'user', 'result-file', 'r', 'u', 'p', 'databases', 'quick'), { maxLength: 8 }),
      (parts) => {
        let made: string[] = [];
        try {
          made = dumpArguments(dumpOptions({ args: parts.join('') }), '/f', true);
        } catch {
          return;
        }
        const names = made.indexOf('--');
        const options = made.slice(1, names < 0 ? undefined : names);
        assert.ok(
          options.every((one) => !/^(-[rup]|--(user|password|result|defaults))/.test(one)),
          made.join(' '),
        );
      },
    ),
  );
});

test("a restore takes what Stash's addon takes for one database", () => {
  assert.deepEqual(restoreOptions({ args: '--one-database a' }), { databases: ['a'], options: [], users: false });
  assert.deepEqual(restoreOptions({ args: '-D a --max-allowed-packet 1M', users: 'true' }), {
    databases: ['a'],
    options: ['--max-allowed-packet=1M'],
    users: true,
  });
});

const ALL = 'SELECT, SHOW VIEW, EVENT, TRIGGER';
const GRANTED: [lines: string[], databases: string[], missing: string[] | undefined][] = [
  [[`GRANT ${ALL} ON *.* TO \`u\`@\`%\``], [], undefined],
  [['GRANT ALL PRIVILEGES ON *.* TO `u`@`%` WITH GRANT OPTION'], ['a'], undefined],
  [['GRANT USAGE ON *.* TO `u`@`%`', `GRANT ${ALL} ON \`a\`.* TO \`u\`@\`%\``], ['a'], undefined],
  [['GRANT USAGE ON *.* TO `u`@`%`', `GRANT ${ALL} ON \`a\`.* TO \`u\`@\`%\``], [], ['SELECT', 'SHOW VIEW', 'TRIGGER', 'EVENT']],
  [[`GRANT ${ALL} ON \`a\\_b%\`.* TO \`u\`@\`%\``], ['a_bc'], undefined],
  [[`GRANT ${ALL} ON \`a\\_b\`.* TO \`u\`@\`%\``], ['axb'], ['SELECT', 'SHOW VIEW', 'TRIGGER', 'EVENT']],
  [['GRANT SELECT, EVENT ON *.* TO `u`@`%`', 'GRANT SHOW VIEW ON `a`.* TO `u`@`%`'], ['a'], ['TRIGGER']],
  [['GRANT SELECT, EVENT, SHOW VIEW, TRIGGER ON `a`.`t` TO `u`@`%`'], ['a'], ['SELECT', 'SHOW VIEW', 'TRIGGER', 'EVENT']],
];
for (const [lines, databases, missing] of GRANTED)
  test(`for a dump of ${databases.join() || 'all'}, ${lines.at(-1)} lacks ${missing?.join() ?? 'nothing'}`, () => {
    assert.deepEqual(missingDumpGrants(lines, databases)?.grants, missing);
  });

test('a position is read where there is one', () => {
  assert.deepEqual(binlogPlace("--\n-- CHANGE MASTER TO MASTER_LOG_FILE='a-bin.000012', MASTER_LOG_POS=2562;\n"), {
    file: 'a-bin.000012',
    position: 2562,
  });
  assert.deepEqual(
    binlogPlace("-- CHANGE MASTER TO MASTER_USE_GTID=slave_pos;\n-- CHANGE MASTER TO MASTER_LOG_FILE='a.1', MASTER_LOG_"),
    undefined,
  );
});

test('the parts of a dump are found wherever its chunks end, and a dump without its end is not complete', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'stash-dump-'));
  const file = join(directory, 'dump.sql');
  const section = (name: string, bytes: number) => `\n-- Current Database: \`${name}\`\n--\n${'x'.repeat(bytes)}\n`;
  const end = '\n-- Dump completed on 2026-11-23\n';
  try {
    for (let shift = 0; shift < 40; shift++) {
      const text = `head${section('a', 1024 * 1024 - 30 - shift)}${section('we``ird ü', 10)}${section('a', 5)}${end}${USERS_MARK}CREATE${end}`;
      writeFileSync(file, text);
      const { complete, databases, preamble, users } = await dumpSections(file);
      assert.deepEqual([complete, databases.map(({ name }) => name), preamble], [true, ['a', 'we`ird ü', 'a'], { from: 0, to: 4 }]);
      assert.equal(databases.at(-1)?.to, users?.from);
    }
    for (const cut of [`head${section('a', 5)}`, `head${section('a', 5)}${end}${USERS_MARK}CREATE`, `${end}${section('a', 5)}`]) {
      writeFileSync(file, cut);
      assert.equal((await dumpSections(file)).complete, false, cut);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('accounts that are there are left alone, roles and statements of the session stay', () => {
  const lines = [
    "CREATE USER IF NOT EXISTS `root`@`localhost` IDENTIFIED BY PASSWORD '*1';",
    'CREATE USER IF NOT EXISTS `new`@`%`;',
    'CREATE ROLE IF NOT EXISTS mariadb_dump_import_role;',
    'GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION;',
    'GRANT PROXY ON ``@`%` TO `root`@`localhost` WITH GRANT OPTION;',
    'GRANT SELECT ON `d`.* TO `new`@`%`;',
    "/*M!100005 SET DEFAULT ROLE NONE FOR 'root'@'localhost' */;",
    "/*!80001 ALTER USER 'root'@'localhost' DEFAULT ROLE NONE */;",
    "/*M!100005 SET DEFAULT ROLE NONE FOR 'new'@'%' */;",
  ];
  const kept = missingAccounts(lines.join('\n'), [{ user: 'root', host: 'localhost' }]).split('\n');
  assert.deepEqual(kept, [lines[1], lines[2], lines[5], lines[8]]);
});
