import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { writeWrappers } from './wrappers.ts';

const folder = mkdtempSync(join(tmpdir(), 'stash wrappers-'));
after(() => rmSync(folder, { recursive: true }));

test('a wrapper starts the program with its libraries, passes arguments on and names the base last', async () => {
  const root = join(folder, 'packages', 'mariadb');
  for (const path of ['usr/sbin', 'usr/lib/x86_64-linux-gnu', '../../bin']) mkdirSync(join(root, path), { recursive: true });
  const program = join(root, 'usr/sbin/mariadbd');
  writeFileSync(program, '#!/bin/sh\necho "$LD_LIBRARY_PATH"\nfor a in "$@"; do echo "$a"; done\n');
  chmodSync(program, 0o755);
  await writeWrappers(join(folder, 'bin'), root, 'mariadb');
  const output = execFileSync(join(folder, 'bin', 'mariadbd'), ['--defaults-file=a b'], {
    env: { PATH: process.env.PATH },
    encoding: 'utf8',
  });
  assert.deepEqual(output.trim().split('\n'), [
    join(root, 'usr/lib/x86_64-linux-gnu'),
    '--defaults-file=a b',
    `--basedir=${join(root, 'usr')}`,
  ]);
});
