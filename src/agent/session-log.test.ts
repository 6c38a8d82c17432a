import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openSessionLog } from './session-log.ts';

const directory = mkdtempSync(join(tmpdir(), 'stash-log-'));
after(() => rmSync(directory, { recursive: true }));
const now = () => '2026-11-22T10:00:00.000Z';

test('a line has time, step and text, and only its owner may read it', () => {
  const file = join(directory, 'a', 'b.log');
  openSessionLog(file, now)('upload repo', 'started');
  assert.equal(readFileSync(file, 'utf8'), '2026-11-22T10:00:00.000Z upload repo started\n');
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('a log that grows without end is cut', () => {
  const file = join(directory, 'long.log');
  writeFileSync(file, 'x'.repeat(4 * 1024 * 1024 + 1));
  openSessionLog(file, now)('x', 'next');
  assert.equal(statSync(`${file}.1`).size, 4 * 1024 * 1024 + 1);
  assert.match(readFileSync(file, 'utf8'), /next/);
});

test('what cannot be written fails nobody', () => {
  const file = join(directory, 'plain');
  writeFileSync(file, '');
  openSessionLog(join(file, 'below.log'), now)('x', 'lost');
  assert.equal(existsSync(join(file, 'below.log')), false);
});
