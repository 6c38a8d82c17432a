import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Argument, Command, Option } from 'commander';
import { candidates, FILES, type Lookup } from './candidates.ts';

const lookup: Lookup = {
  kinds: () => ['repositories', 'backupconfigurations', 'all'],
  namespaces: async () => ['default', 'shop'],
  names: async (kind, namespace) =>
    namespace === 'shop' ? ['orders-db'] : kind.toLowerCase() === 'repository' ? ['repo-a'] : ['docs', 'mail'],
  aliases: async (config) => (config === 'docs' ? ['full', 'incremental'] : []),
};

const CASES: [line: string, expected: string[]][] = [
  ['', ['get', 'backup', 'check', 'completion']],
  ['ge', ['get']],
  ['get ', ['repositories', 'backupconfigurations', 'all']],
  ['get repo', ['repositories']],
  ['get bc ', ['docs', 'mail']],
  ['get bc docs m', ['mail']],
  ['get -n shop bc ', ['orders-db']],
  ['-n shop get bc ', ['orders-db']],
  ['get --namespace=shop bc ', ['orders-db']],
  ['get bc/', ['bc/docs', 'bc/mail']],
  ['get -n ', ['default', 'shop']],
  ['get bc -o y', ['yaml']],
  ['get --o', ['--output']],
  ['get -f ', [FILES]],
  ['get --watch bc ', ['docs', 'mail']],
  ['check ', ['repo-a']],
  ['check repo-a ', []],
  ['backup docs --alias ', ['full', 'incremental']],
  ['backup docs --alias i', ['incremental']],
  ['backup m', ['mail']],
  ['completion ', ['bash', 'zsh']],
  ['backup docs --previous ', ['Keep', 'Discard']],
];

for (const [line, expected] of CASES) {
  test(`stash ${line}⇥ offers ${expected.join(' ') || 'nothing'}`, async () => {
    assert.deepEqual(await candidates(program(), line.split(' '), lookup), expected);
  });
}

function program(): Command {
  const root = new Command('stash').option('-n, --namespace <name>').option('--data-dir <dir>');
  root
    .command('get')
    .argument('<kind>')
    .argument('[names...]')
    .option('-o, --output <format>')
    .option('-f, --filename <file...>')
    .option('-w, --watch');
  root
    .command('backup')
    .argument('<config>')
    .option('--alias <alias>')
    .addOption(new Option('--previous <what>').choices(['Keep', 'Discard']));
  root.command('check').argument('<repository>');
  root.command('completion').addArgument(new Argument('<shell>').choices(['bash', 'zsh']));
  root.command('__complete', { hidden: true });
  return root;
}
