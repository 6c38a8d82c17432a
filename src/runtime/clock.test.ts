import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleepAtMost, systemClock } from './clock.ts';
import { testClock } from './test-clock.ts';

const DAY = 86_400_000;

test('the system clock sleeps at least as long as it is told', async () => {
  const began = systemClock.monotonic();
  await systemClock.sleep(20);
  assert.ok(systemClock.monotonic() - began >= 20);
});

test('an aborted sleep ends at once', async () => {
  const stop = new AbortController();
  const sleeping = systemClock.sleep(3_600_000, stop.signal);
  stop.abort();
  await sleeping;
  await systemClock.sleep(3_600_000, stop.signal);
});

test('the system clock sleeps longer than the longest timer', async () => {
  const stop = new AbortController();
  let awake = false;
  const sleeping = systemClock.sleep(2 ** 40, stop.signal).then(() => {
    awake = true;
  });
  await systemClock.sleep(5);
  assert.equal(awake, false);
  stop.abort();
  await sleeping;
});

test('the test clock wakes sleepers in the order they are due, with the time at which they are due', async () => {
  const clock = testClock('2026-11-22T10:00:00Z');
  const woken: string[] = [];
  for (const ms of [3000, 1000, 2000]) void clock.sleep(ms).then(() => woken.push(clock.now().toISOString().slice(17, 19)));
  await clock.advance(2500);
  assert.deepEqual(woken, ['01', '02']);
  assert.equal(clock.sleepers(), 1);
  assert.equal(clock.now().toISOString(), '2026-11-22T10:00:02.500Z');
});

test('a sleeper that sleeps again is woken again within one advance', async () => {
  const clock = testClock();
  let turns = 0;
  void (async () => {
    for (; turns < 10; turns++) await clock.sleep(100);
  })();
  await clock.advance(1000);
  assert.equal(turns, 10);
});

for (const { name, jump, advance, ended } of [
  { name: 'an untouched clock ends the wait when it is due', jump: 0, advance: 60_000, ended: true },
  { name: 'an untouched clock does not end the wait early', jump: 0, advance: 59_000, ended: false },
  { name: 'a clock set ahead a day ends the wait within 30 s', jump: DAY, advance: 30_000, ended: true },
  { name: 'a clock set back a day does not prolong the wait', jump: -DAY, advance: 60_000, ended: true },
]) {
  test(name, async () => {
    const clock = testClock();
    const stop = new AbortController();
    let awake = false;
    void sleepAtMost(clock, 60_000, stop.signal).then(() => {
      awake = true;
    });
    await clock.advance(0);
    clock.jump(jump);
    await clock.advance(advance);
    assert.equal(awake, ended);
    stop.abort();
  });
}
