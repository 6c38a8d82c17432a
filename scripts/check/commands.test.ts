import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCommands } from './commands.ts';

const reference = {
  name: 'docs/cli.md',
  text: '# The command line\n\n| `-n, --namespace NAME` | |\n\n## stash check\n\n  --read-data\n\n## stash up\n',
};

test('a command line that the program has not is found, in documents and in what the program says', () => {
  const { problems, note } = checkCommands([
    reference,
    {
      name: 'docs/a.md',
      text: 'Run `stash check X --read-data -n y`.\n\n```\n$ stash maintain X\nstash up \\\n  --nowhere\n```\nWhile stash runs `stash up`.\n',
    },
    { name: 'src/b.ts', text: 'const remedy = \'Run "stash check X --deep" or "stash check --namespace y".\';\n' },
    { name: 'src/b.test.ts', text: '"stash nothing"' },
  ]);
  assert.deepEqual(problems, [
    'docs/a.md:4: there is no command "stash maintain"',
    'docs/a.md:5: stash up has no option --nowhere',
    'src/b.ts:1: stash check has no option --deep',
  ]);
  assert.equal(note, '6 command lines');
});
