import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { dataIdentity } from './data-files.ts';

test('data is told from other data that was put in its place, though the file system gives the same inode again', async () => {
  const datadir = mkdtempSync(join(tmpdir(), 'stash-data-'));
  const file = join(datadir, 'ibdata1');
  try {
    writeFileSync(file, 'one');
    const first = await dataIdentity(datadir);
    appendFileSync(file, ' and more');
    assert.equal(await dataIdentity(datadir), first);
    rmSync(file);
    writeFileSync(file, 'other');
    assert.notEqual(await dataIdentity(datadir), first);
  } finally {
    rmSync(datadir, { recursive: true });
  }
});
