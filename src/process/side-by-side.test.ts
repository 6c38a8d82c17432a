import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sideBySide } from './side-by-side.ts';

const never = new AbortController().signal;
const untilTold = (signal: AbortSignal, done: () => void = () => undefined) =>
  new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      done();
      reject(new Error('was told to end'));
    });
  });

test('both run at once and give what they have', async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const both = await sideBySide(
    never,
    () => promise,
    async () => {
      resolve(1);
      return 2;
    },
  );
  assert.deepEqual(both, [1, 2]);
});

test('where one fails the other is told to end, and the first failure is what is thrown after that', async () => {
  for (const swapped of [false, true]) {
    let ended = false;
    const fails = () => Promise.reject(new Error('no room'));
    const waits = (signal: AbortSignal) => untilTold(signal, () => (ended = true));
    await assert.rejects(swapped ? sideBySide(never, waits, fails) : sideBySide(never, fails, waits), /no room/);
    assert.ok(ended);
  }
});

test('a stop from outside reaches both', async () => {
  const stop = new AbortController();
  const both = sideBySide(stop.signal, untilTold, untilTold);
  stop.abort();
  await assert.rejects(both, /was told to end/);
});
