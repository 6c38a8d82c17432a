import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { previousName } from './previous-name.ts';

test('what is set aside gets a name that nothing has, a file, a directory or a link to nowhere', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'stash-aside-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'data');
  const next = () => previousName(path, '2026-11-22T10:15:00.123Z');
  const first = `${path}.before-20261122T101500`;
  assert.equal(await next(), first);
  writeFileSync(first, 'kept');
  assert.equal(await next(), `${first}-2`);
  mkdirSync(`${first}-2`);
  symlinkSync('/nowhere/at/all', `${first}-3`);
  assert.equal(await next(), `${first}-4`);
});
