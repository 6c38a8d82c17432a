import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JoinedReads } from './joined-reads.ts';

/** Reads that end when the test says so, each with its number. */
function counted() {
  const ends: ((failed?: Error) => void)[] = [];
  const read = () => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const number = ends.length + 1;
    ends.push((failed) => (failed === undefined ? resolve(number) : reject(failed)));
    return promise;
  };
  return { ends, read };
}

test('whoever asks while a read is under way gets the answer of the next one, which is one for all', async () => {
  const reads = new JoinedReads();
  const { ends, read } = counted();
  const first = reads.ask('a', read);
  const later = [reads.ask('a', read), reads.ask('a', read), reads.ask('a', read)];
  assert.equal(ends.length, 1);
  ends[0]?.();
  assert.equal(await first, 1);
  assert.equal(ends.length, 2);
  const latest = reads.ask('a', read);
  ends[1]?.();
  assert.deepEqual(await Promise.all(later), [2, 2, 2]);
  ends[2]?.();
  assert.equal(await latest, 3);
});

test('nothing is kept: who asks afterwards has a read of his own, and a failure is only that of those who waited for it', async () => {
  const reads = new JoinedReads();
  const { ends, read } = counted();
  const failing = reads.ask('a', read);
  const next = reads.ask('a', read);
  const other = reads.ask('b', read);
  ends[0]?.(new Error('no'));
  await assert.rejects(failing, { message: 'no' });
  ends[1]?.();
  ends[2]?.();
  assert.deepEqual([await other, await next], [2, 3]);
  const alone = reads.ask('a', read);
  ends[3]?.();
  assert.equal(await alone, 4);
});
