import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneByOne } from './one-by-one.ts';

test('one begins when the one before has ended, however it ended', async () => {
  const alone = oneByOne();
  const seen: string[] = [];
  const slow = Promise.withResolvers<void>();
  const first = alone(async () => {
    seen.push('first begins');
    await slow.promise;
    seen.push('first fails');
    throw new Error('first');
  });
  const second = alone(async () => {
    seen.push('second');
    return 2;
  });
  slow.resolve();
  await assert.rejects(first, /first/);
  assert.equal(await second, 2);
  assert.deepEqual(seen, ['first begins', 'first fails', 'second']);
});
