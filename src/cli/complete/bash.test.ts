import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type CliProcess, cliProcess } from '../testing/cli-process.ts';
import { DOCS } from '../testing/manifests.ts';

let stash: CliProcess;
let script: string;

before(async () => {
  stash = await cliProcess();
  assert.equal((await stash.run(['apply', '-f', '-'], { stdin: DOCS })).code, 0);
  script = (await stash.run(['completion', 'bash'])).stdout;
  // The script calls the command by the name it was typed with.
  const main = new URL('../../main/cli.ts', import.meta.url).pathname;
  await mkdir(join(stash.dir, 'bin'));
  await writeFile(join(stash.dir, 'bin', 'stash'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  await chmod(join(stash.dir, 'bin', 'stash'), 0o755);
});
after(() => stash.dispose());

const CASES: [words: string[], expected: string[]][] = [
  [['sched'], ['schedule']],
  [['get', 'backupc'], ['backupconfigurations']],
  [['describe', 'bc', ''], ['docs']],
  [
    ['backup', 'docs', '--alias', ''],
    ['full', 'incremental', 'restoreTask'],
  ],
  [['snapshots', 'lo'], ['local-repo']],
  [['apply', '-f', 'so'], ['some.yaml']],
];

for (const [words, expected] of CASES) {
  test(`bash completes "stash ${words.join(' ')}" to ${expected.join(' ')}`, async () => {
    await writeFile(join(stash.dir, 'some.yaml'), '');
    assert.deepEqual(complete(words), expected);
  });
}

for (const shell of ['zsh', 'fish'] as const) {
  test(`the ${shell} script asks the hidden command`, async () => {
    assert.match((await stash.run(['completion', shell])).stdout, /__complete -- /);
  });
}

/** What bash would offer after these words, the last of which is being written. */
function complete(words: string[]): string[] {
  const program = `${script}
COMP_WORDS=(stash "$@")
COMP_CWORD=$#
_stash
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', program, 'bash', ...words], {
    cwd: stash.dir,
    env: { PATH: `${join(stash.dir, 'bin')}:${process.env.PATH}`, STASH_DATA_DIR: stash.dataDir, HOME: stash.dir },
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  return stdout.split('\n').filter((line) => line !== '');
}
