import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { launcher } from './launcher.ts';

const folder = mkdtempSync(join(tmpdir(), 'stash-launcher-'));
after(() => rmSync(folder, { recursive: true }));

test('a launcher adds the programs to the PATH there is, once, and leaves certificates alone that somebody chose', () => {
  const program = join(folder, 'program.mjs');
  const file = join(folder, 'launcher');
  writeFileSync(program, 'console.log(JSON.stringify([process.env.PATH, process.env.SSL_CERT_FILE, process.argv.slice(2)]));\n');
  writeFileSync(file, launcher(program));
  const started = (env: Record<string, string>) =>
    JSON.parse(execFileSync(process.execPath, [file, 'a b'], { env, encoding: 'utf8' })) as [string, string | null, string[]];
  assert.deepEqual(started({ PATH: '/x:/y', SSL_CERT_FILE: '/mine' }), ['/stash/bin:/x:/y', '/mine', ['a b']]);
  assert.equal(started({ PATH: '/stash/bin:/x' })[0], '/stash/bin:/x');
  assert.equal(started({})[0], '/stash/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
});

test('of the flags for Node one is in the first line, the others are set before the program is loaded', () => {
  const text = launcher('/p.js', ['--flag', '--no-opt', '--no-maglev']);
  assert.match(text, /^#!\/stash\/bin\/node --flag\nrequire\('node:v8'\)\.setFlagsFromString\("--no-opt"\);\n.*"--no-maglev"\);\n/);
  assert.match(launcher('/p.js'), /^#!\/stash\/bin\/node\nconst /);
});
