import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type CliProcess, cliProcess } from '../testing/cli-process.ts';

let stash: CliProcess;

before(async () => {
  stash = await cliProcess();
});
after(() => stash.dispose());

test('a restic that is too old is missing: exit 1, the version and how to get a newer one', async () => {
  const old = join(stash.dir, 'restic');
  await writeFile(old, '#!/bin/sh\necho "restic 0.14.0 compiled with go1.19 on linux/amd64"\n');
  await chmod(old, 0o755);
  const ended = await stash.run(['doctor', '-o', 'json'], { env: { STASH_RESTIC: old } });
  assert.equal(ended.code, 1, ended.stderr);
  const { ok, checks } = JSON.parse(ended.stdout);
  const restic = checks.find((check: { name: string }) => check.name === 'restic');
  assert.equal(ok, false);
  assert.equal(restic.result, 'missing');
  assert.match(restic.found, /0\.14\.0/);
  assert.ok(restic.remedy);
});

test('a data directory that others can read is told', async () => {
  await mkdir(stash.dataDir, { mode: 0o755 });
  await chmod(stash.dataDir, 0o755);
  const ended = await stash.run(['doctor']);
  assert.match(ended.stdout, /optional +data directory +.* can be read by others\n.*chmod 700/);
  assert.match(ended.stdout, /note +stash up +does not run on/);
});
