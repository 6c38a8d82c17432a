import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mutex } from './mutex.ts';

test('work runs one after another in the order it came, and a failure harms only who asked for it', async () => {
  const mutex = new Mutex();
  const seen: string[] = [];
  const slow = Promise.withResolvers<void>();
  const first = mutex.run(async () => {
    seen.push('first begins');
    await slow.promise;
    seen.push('first ends');
    throw new Error('failed');
  });
  const second = mutex.run(async () => {
    seen.push('second');
    return 2;
  });
  slow.resolve();
  await assert.rejects(first, /failed/);
  assert.equal(await second, 2);
  assert.deepEqual(seen, ['first begins', 'first ends', 'second']);
});
