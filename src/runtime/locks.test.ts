import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Locks } from './locks.ts';

test('work with a common key runs one after another in the order it came, and a failure harms only who asked for it', async () => {
  const locks = new Locks();
  const seen: string[] = [];
  const slow = Promise.withResolvers<void>();
  const first = locks.run(['a', 'b'], async () => {
    seen.push('first begins');
    await slow.promise;
    seen.push('first ends');
    throw new Error('failed');
  });
  const second = locks.run(['b', 'c'], async () => {
    seen.push('second');
    return 2;
  });
  const third = locks.run(['c'], async () => seen.push('third'));
  slow.resolve();
  await assert.rejects(first, /failed/);
  assert.equal(await second, 2);
  await third;
  assert.deepEqual(seen, ['first begins', 'first ends', 'second', 'third']);
});

test('work without a common key does not wait', async () => {
  const locks = new Locks();
  const never = locks.run(['a'], () => new Promise<void>(() => undefined));
  assert.equal(await locks.run(['b'], async () => 'done'), 'done');
  assert.equal(await locks.run([], async () => 'done'), 'done');
  void never;
});
