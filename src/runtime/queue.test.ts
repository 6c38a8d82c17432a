import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { WorkQueue } from './queue.ts';
import { type TestClock, testClock } from './test-clock.ts';

const backOff = { firstMs: 1000, longestMs: 60_000 };

/** A queue whose work notes the key and waits until the test lets it end. */
function gated(concurrency: number, clock: TestClock = testClock()) {
  const started: string[] = [];
  const gates = new Map<string, () => void>();
  const queue = new WorkQueue({
    clock,
    concurrency,
    backOff,
    work: (key, signal) => {
      started.push(key);
      return new Promise((resolve) => {
        gates.set(key, resolve);
        signal.addEventListener('abort', () => resolve());
      });
    },
  });
  const finish = async (key: string) => {
    gates.get(key)?.();
    await clock.advance(0);
  };
  return { queue, started, finish, clock };
}

test('keys are worked on in the order they were added, at most as many at a time as allowed', async () => {
  const { queue, started, finish, clock } = gated(2);
  for (const key of ['a', 'b', 'c', 'a', 'd']) queue.add(key);
  await clock.advance(0);
  assert.deepEqual(started, ['a', 'b']);
  await finish('b');
  assert.deepEqual(started, ['a', 'b', 'c']);
  await queue.stop();
});

test('a key added while it is worked on is worked on once more, after the first has ended', async () => {
  const { queue, started, finish, clock } = gated(4);
  queue.add('a');
  await clock.advance(0);
  queue.add('a');
  queue.add('a');
  await clock.advance(0);
  assert.deepEqual(started, ['a']);
  await finish('a');
  assert.deepEqual(started, ['a', 'a']);
  await finish('a');
  assert.deepEqual(started, ['a', 'a']);
  assert.deepEqual(queue.size(), { waiting: 0, running: 0, delayed: 0, failing: 0 });
});

test('of two delayed adds the earlier one stays', async () => {
  const { queue, started, finish, clock } = gated(1);
  queue.addAfter('a', 5000);
  queue.addAfter('a', 2000);
  queue.addAfter('a', 9000);
  await clock.advance(1999);
  assert.deepEqual(started, []);
  await clock.advance(1);
  assert.deepEqual(started, ['a']);
  await finish('a');
  await clock.advance(60_000);
  assert.deepEqual(started, ['a']);
  assert.equal(clock.sleepers(), 0);
});

test('all delayed keys share one sleep, and each is worked on at its own time', async () => {
  const { queue, started, finish, clock } = gated(1);
  for (const key of ['c', 'a', 'b']) queue.addAfter(key, { a: 1000, b: 40_000, c: 7_200_000 }[key] ?? 0);
  await clock.advance(0);
  assert.equal(clock.sleepers(), 1);
  await clock.advance(1000);
  assert.deepEqual(started, ['a']);
  await finish('a');
  await clock.advance(38_999);
  assert.deepEqual(started, ['a']);
  await clock.advance(1);
  assert.deepEqual(started, ['a', 'b']);
  assert.equal(queue.size().delayed, 1);
  await queue.stop();
  await clock.advance(0);
  assert.equal(clock.sleepers(), 0);
});

test('a delayed add fires within 30 s of the wall clock being set past it', async () => {
  const { queue, started, clock } = gated(1);
  queue.addAfter('a', 6 * 3_600_000);
  await clock.advance(0);
  clock.jump(86_400_000);
  await clock.advance(30_000);
  assert.deepEqual(started, ['a']);
  await queue.stop();
});

test('the back-off of a key doubles up to its limit, and starts anew when forgotten', async () => {
  const { queue } = gated(1);
  const delays = Array.from({ length: 8 }, () => queue.retry('a'));
  assert.deepEqual(delays, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  assert.equal(queue.retry('b'), 1000);
  queue.forget('a');
  assert.equal(queue.retry('a'), 1000);
  await queue.stop();
});

test('work that throws is retried after its back-off', async () => {
  const clock = testClock();
  let calls = 0;
  const queue = new WorkQueue({
    clock,
    concurrency: 1,
    backOff,
    work: () => Promise.reject(new Error(`call ${++calls}`)),
  });
  queue.add('a');
  await clock.advance(0);
  assert.equal(calls, 1);
  await clock.advance(999);
  assert.equal(calls, 1);
  await clock.advance(1);
  assert.equal(calls, 2);
  await queue.stop();
});

test('stop aborts and waits for the workers, and nothing starts afterwards', async () => {
  const { queue, started, clock } = gated(1);
  queue.add('a');
  queue.add('b');
  queue.addAfter('c', 1000);
  await clock.advance(0);
  await queue.stop();
  queue.add('d');
  queue.retry('e');
  await clock.advance(120_000);
  assert.deepEqual(started, ['a']);
  assert.equal(clock.sleepers(), 0);
  assert.deepEqual(queue.size(), { waiting: 0, running: 0, delayed: 0, failing: 0 });
});

test('law: one worker a key, no more workers than allowed, every add is followed by work, nothing is kept', async () => {
  const step = fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    does: fc.constantFrom('add', 'addAfter', 'retry', 'wait'),
    ms: fc.integer({ min: 0, max: 5000 }),
    workMs: fc.integer({ min: 0, max: 3000 }),
    fails: fc.boolean(),
  });
  const law = fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.integer({ min: 1, max: 3 }), async (steps, concurrency) => {
    const clock = testClock();
    const running = new Set<string>();
    const lastAsked = new Map<string, number>();
    const lastStarted = new Map<string, number>();
    // Not asserted inside the work, since the queue takes what work throws for a failure to retry.
    const broken: string[] = [];
    let tick = 0;
    let started = 0;
    const queue: WorkQueue = new WorkQueue({
      clock,
      concurrency,
      backOff: { firstMs: 10, longestMs: 100 },
      work: async (key) => {
        if (running.has(key)) broken.push('two workers on a key');
        running.add(key);
        if (running.size > concurrency) broken.push('too many workers');
        lastStarted.set(key, ++tick);
        const { workMs, fails } = steps[started++ % steps.length] ?? { workMs: 0, fails: false };
        await clock.sleep(workMs);
        running.delete(key);
        // Fails at most once for each step, so that every history comes to an end.
        if (fails && started <= steps.length) throw new Error('fails');
        queue.forget(key);
      },
    });
    for (const { key, does, ms } of steps) {
      if (does === 'wait') await clock.advance(ms);
      else {
        lastAsked.set(key, ++tick);
        if (does === 'add') queue.add(key);
        if (does === 'addAfter') queue.addAfter(key, ms);
        if (does === 'retry') queue.retry(key);
      }
    }
    await clock.advance(1_000_000);
    assert.deepEqual(broken, []);
    for (const [key, asked] of lastAsked) assert.ok((lastStarted.get(key) ?? 0) > asked, `${key} was lost`);
    assert.deepEqual(queue.size(), { waiting: 0, running: 0, delayed: 0, failing: 0 });
    assert.equal(clock.sleepers(), 0);
  });
  await fc.assert(law, { numRuns: 150 });
});
