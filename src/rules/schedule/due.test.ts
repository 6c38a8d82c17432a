import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dueTicks } from './due.ts';
import { nextAfter } from './next.ts';
import { parseSchedule } from './parse.ts';

const at = (text: string): Date => new Date(text);

test('due ticks exclude the start of the range and include its end', () => {
  const quarter = parseSchedule('*/15');
  const due = dueTicks(quarter, at('2026-01-01T00:00:00Z'), at('2026-01-01T01:00:00Z'), 'UTC', 100);
  assert.deepEqual(due, { latest: at('2026-01-01T01:00:00Z'), count: 4 });
  assert.deepEqual(dueTicks(quarter, at('2026-01-01T00:00:00Z'), at('2026-01-01T00:14:59Z'), 'UTC', 100), { count: 0 });
  assert.deepEqual(dueTicks(quarter, at('2026-01-01T00:15:00Z'), at('2026-01-01T00:00:00Z'), 'UTC', 100), { count: 0 });
});

test('ten years of missed minutes are counted up to the limit, and the latest is still found', () => {
  const due = dueTicks(parseSchedule('*'), at('2016-01-01T00:00:00Z'), at('2026-01-01T00:00:30Z'), 'Europe/Berlin', 1000);
  assert.deepEqual(due, { latest: at('2026-01-01T00:00:00Z'), count: 1000 });
});

test('the latest due tick does not depend on the limit', () => {
  const schedules = fc.constantFrom('*/5', '30 2', '0 0 1 * *', '*/7 1-3 * * 1', '15 2,3 * * *');
  const minutes = fc.integer({ min: 0, max: 60 * 24 * 20 });
  fc.assert(
    fc.property(schedules, minutes, fc.integer({ min: 1, max: 9 }), (text, length, limit) => {
      const schedule = parseSchedule(text);
      const from = at('2026-10-20T00:00:30Z');
      const to = new Date(from.getTime() + length * 60_000);
      const all: Date[] = [];
      for (let tick = nextAfter(schedule, from, 'Europe/Berlin'); tick && tick <= to; tick = nextAfter(schedule, tick, 'Europe/Berlin'))
        all.push(tick);
      const due = dueTicks(schedule, from, to, 'Europe/Berlin', limit);
      assert.deepEqual(due.latest, all.at(-1));
      assert.equal(due.count, Math.min(limit, all.length));
    }),
    { numRuns: 60 },
  );
});
