import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, afterEach, test } from 'node:test';
import { takeExclusive } from './exclusive.ts';

const HOLDER = join(import.meta.dirname, 'testing', 'hold-exclusive.ts');
const directory = mkdtempSync(join(tmpdir(), 'stash-exclusive-'));
const self = { pid: process.pid, startTime: '2026-11-22T10:00:00Z' };
const children: ChildProcess[] = [];

after(() => rmSync(directory, { recursive: true }));
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

test('a lock that another process holds is refused, with what the holder says of itself', async () => {
  const file = join(directory, 'held', 'lock');
  const holder = await start(file);
  assert.equal(holder.result.taken, true);
  assert.deepEqual(takeExclusive(file, self), { taken: false, by: { pid: holder.child.pid, startTime: '2026-11-22T10:15:00Z' } });
});

test('the lock is free as soon as its holder was killed', async () => {
  const file = join(directory, 'killed');
  for (let round = 0; round < 3; round++) {
    const { child, result } = await start(file);
    assert.equal(result.taken, true);
    child.kill('SIGKILL');
    await once(child, 'close');
    const mine = takeExclusive(file, self);
    assert.ok(mine.taken);
    mine.release();
  }
});

test('the lock is free when its holder released it, and this process then keeps others out', async () => {
  const file = join(directory, 'released');
  const { child } = await start(file);
  child.stdin?.end('release\n');
  await once(child, 'close');
  const mine = takeExclusive(file, self);
  assert.ok(mine.taken);
  assert.deepEqual((await start(file)).result, { taken: false, by: self });
  mine.release();
  mine.release();
  assert.equal((await start(file)).result.taken, true);
});

test('a second taker in the same process is refused, too, and does not break the lock', async () => {
  const file = join(directory, 'same-process');
  const mine = takeExclusive(file, self);
  assert.ok(mine.taken);
  assert.equal(takeExclusive(file, self).taken, false);
  assert.equal((await start(file)).result.taken, false);
  mine.release();
});

async function start(file: string): Promise<{ child: ChildProcess; result: { taken: boolean; by?: unknown } }> {
  const child = spawn(process.execPath, [HOLDER, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  for await (const line of createInterface(child.stdout)) return { child, result: JSON.parse(line) };
  return assert.fail('the holder said nothing');
}
