import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { renameDurable, writeDurable } from './durable.ts';

const directory = mkdtempSync(join(tmpdir(), 'stash-durable-'));
after(() => rmSync(directory, { recursive: true }));

test('a file is replaced as a whole, its directory is made, and nothing else is left', async () => {
  const file = join(directory, 'a', 'file');
  await writeDurable(file, 'one');
  writeFileSync(`${file}.partial`, 'what a crash left', { mode: 0o600 });
  await writeDurable(file, 'two');
  assert.equal(readFileSync(file, 'utf8'), 'two');
  assert.deepEqual(readdirSync(join(directory, 'a')), ['file']);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('a rename reaches another directory', async () => {
  writeFileSync(join(directory, 'from'), 'x');
  await renameDurable(join(directory, 'from'), join(directory, 'a', 'to'));
  assert.equal(readFileSync(join(directory, 'a', 'to'), 'utf8'), 'x');
});
