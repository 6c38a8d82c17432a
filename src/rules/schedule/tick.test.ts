import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jitterOf } from './jitter.ts';
import { parseSchedule } from './parse.ts';
import { decideTick, MOST_MISSED, type TickDecision, type TickInput } from './tick.ts';

const at = (text: string): Date => new Date(`2026-11-${text}Z`);

function decide(input: Partial<TickInput>): TickDecision {
  return decideTick({
    schedule: parseSchedule('*/15'),
    timeZone: 'UTC',
    now: at('22T10:15:01'),
    lastCheckTime: at('22T10:00:00'),
    missedRuns: 'RunOnce',
    jitterMs: 0,
    jitterSeed: 'demo/orders-db/incremental',
    ...input,
  });
}

test('a due tick runs at its time', () => {
  assert.deepEqual(decide({}), {
    run: { scheduledTime: at('22T10:15:00'), missedRun: false },
    missed: 0,
    lastCheckTime: at('22T10:15:00'),
    next: at('22T10:30:00'),
  });
});

test('without a due tick nothing changes', () => {
  const decision = decide({ now: at('22T10:14:59') });
  assert.deepEqual(decision, { missed: 0, lastCheckTime: at('22T10:00:00'), next: at('22T10:15:00') });
});

test('after a downtime the latest missed tick runs once, and every miss is counted', () => {
  const decision = decide({ now: at('23T10:05:00') });
  assert.deepEqual(decision.run, { scheduledTime: at('23T10:00:00'), missedRun: true });
  assert.equal(decision.missed, 96);
  assert.deepEqual(decision.next, at('23T10:15:00'));
});

test('with Skip missed ticks are only counted', () => {
  const decision = decide({ now: at('23T10:05:00'), missedRuns: 'Skip' });
  assert.equal(decision.run, undefined);
  assert.equal(decision.missed, 96);
  assert.deepEqual(decision.lastCheckTime, at('23T10:00:00'));
});

test('a tick that comes due just as the operator is back is no missed one', () => {
  for (const missedRuns of ['RunOnce', 'Skip'] as const) {
    const decision = decide({ now: at('23T10:00:30'), missedRuns });
    assert.deepEqual(decision.run, { scheduledTime: at('23T10:00:00'), missedRun: false });
    assert.equal(decision.missed, 95);
  }
});

test('a single late tick is missed', () => {
  assert.deepEqual(decide({ now: at('22T10:20:00') }).run, { scheduledTime: at('22T10:15:00'), missedRun: true });
  assert.equal(decide({ now: at('22T10:20:00') }).missed, 1);
  assert.equal(decide({ now: at('22T10:20:00'), missedRuns: 'Skip' }).run, undefined);
});

test('a downtime of years is counted up to a limit', () => {
  const decision = decide({ lastCheckTime: new Date('2016-01-01T00:00:00Z') });
  assert.equal(decision.missed, MOST_MISSED - 1);
  assert.deepEqual(decision.run?.scheduledTime, at('22T10:15:00'));
});

test('a new schedule starts now and owes nothing', () => {
  const decision = decide({ lastSchedule: '0 0 * * *', lastCheckTime: at('22T00:00:00'), now: at('22T10:20:00') });
  assert.deepEqual(decision, { missed: 0, lastCheckTime: at('22T10:20:00'), next: at('22T10:30:00') });
  assert.ok(decide({ lastSchedule: '*/15 * * * *' }).run, 'the same one goes on');
});

test('ticks that pass while paused are neither run nor missed', () => {
  const paused = decide({ now: at('23T10:05:00'), paused: true });
  assert.deepEqual(paused, { missed: 0, lastCheckTime: at('23T10:00:00'), next: at('23T10:15:00') });
  const resumed = decide({ now: at('23T10:06:00'), lastCheckTime: paused.lastCheckTime });
  assert.equal(resumed.run, undefined);
});

test('jitter moves the run and keeps the scheduled time', () => {
  const jitter = { jitterMs: 600_000, jitterSeed: 'a' };
  const delay = jitterOf('a', 600_000);
  assert.ok(delay > 1000 && delay < 600_000);
  const due = at('22T10:15:00').getTime() + delay;
  assert.equal(decide({ ...jitter, now: new Date(due - 1) }).run, undefined);
  assert.deepEqual(decide({ ...jitter, now: new Date(due - 1) }).next, new Date(due));
  assert.deepEqual(decide({ ...jitter, now: new Date(due) }).run, { scheduledTime: at('22T10:15:00'), missedRun: false });
});

test('jitter is stable, below its bound and different between configurations', () => {
  const seeds = Array.from({ length: 200 }, (_, i) => `demo/db-${i}`);
  const delays = seeds.map((seed) => jitterOf(seed, 60_000));
  assert.deepEqual(
    delays,
    seeds.map((seed) => jitterOf(seed, 60_000)),
  );
  assert.ok(delays.every((delay) => delay >= 0 && delay < 60_000));
  assert.ok(new Set(delays).size > 190);
  assert.equal(jitterOf('a', 0), 0);
});

test('a clock that jumps back a day repeats nothing and goes on where it was', () => {
  const held = decide({ lastCheckTime: at('22T10:15:00'), now: at('21T10:15:01') });
  assert.deepEqual(held, { missed: 0, lastCheckTime: at('22T10:15:00'), next: at('22T10:30:00') });
});

test('a time that no jump of a day explains does not silence the schedule', () => {
  const reset = decide({ lastCheckTime: new Date('2036-01-01T00:00:00Z'), now: at('22T10:20:00') });
  assert.deepEqual(reset, { missed: 0, lastCheckTime: at('22T10:20:00'), next: at('22T10:30:00') });
});

test('when a clock that had jumped ahead comes back, the ticks it passed over run and the others do not', () => {
  const ahead = decide({ now: at('23T10:16:00') });
  assert.deepEqual(ahead.run?.scheduledTime, at('23T10:15:00'));

  const back = decide({ ...ahead, now: at('22T10:15:30') });
  assert.deepEqual(back.run, { scheduledTime: at('22T10:15:00'), missedRun: false });
  assert.equal(back.missed, 0, 'they were counted when they were passed over');
  assert.deepEqual(back.next, at('22T10:30:00'));

  const last = decide({ ...back, now: at('23T10:00:00') });
  assert.deepEqual(last.run?.scheduledTime, at('23T10:00:00'));
  const reached = decide({ ...last, now: at('23T10:15:10') });
  assert.equal(reached.run, undefined, 'it ran while the clock was ahead');
  assert.deepEqual(reached.next, at('23T10:30:00'));
});
