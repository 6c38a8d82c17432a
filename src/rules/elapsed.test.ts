import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apart, elapsed, hasBeen } from './elapsed.ts';

const NOW = new Date('2026-11-22T10:00:00Z');
const NEVER = Number.POSITIVE_INFINITY;
const DAY = 86_400_000;

const table: [name: string, time: string | number, since: number, distance: number, been: boolean][] = [
  ['a minute ago', '2026-11-22T09:59:00Z', 60_000, 60_000, true],
  ['now', NOW.getTime(), 0, 0, true],
  ['within the second that status leaves out', '2026-11-22T10:00:01Z', -1000, 1000, true],
  ['a little ahead of a clock that was set back', '2026-11-22T10:00:02Z', NEVER, 2000, false],
  ['a day ahead of a clock that was set back', '2026-11-23T10:00:00Z', NEVER, DAY, false],
  ['in another zone', '2026-11-22T10:59:00+01:00', 60_000, 60_000, true],
  ['at the beginning of the epoch', 0, NOW.getTime(), NOW.getTime(), true],
  ['nowhere: it cannot be read', '', NEVER, NEVER, false],
];
for (const [name, time, since, distance, been] of table) {
  test(`a time that lies ${name}`, () =>
    assert.deepEqual([elapsed(time, NOW), apart(time, NOW), hasBeen(time, NOW)], [since, distance, been]));
}
