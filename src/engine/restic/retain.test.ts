import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KeepPolicy, Snapshot } from '../engine.ts';
import { retain } from './retain.ts';

const at = (time: string, more: Partial<Snapshot> = {}): Snapshot => ({
  id: time,
  time,
  host: 'h',
  paths: ['/a'],
  tags: [],
  tree: 't',
  ...more,
});

// A Friday to a Monday over the turn of a year whose first days belong to the last week of the old one.
const HISTORY = [
  '2020-12-31T22:00:00Z',
  '2020-12-31T23:30:00Z',
  '2021-01-01T00:10:00Z',
  '2021-01-01T00:50:00Z',
  '2021-01-03T12:00:00Z',
  '2021-01-04T12:00:00Z',
  '2021-02-01T00:00:00Z',
];

test('each rule keeps the newest of its periods, and the oldest of all while its count lasts', () => {
  const cases: [KeepPolicy, number[]][] = [
    [{}, [0, 1, 2, 3, 4, 5, 6]],
    [{ keepLast: 2 }, [5, 6]],
    [{ keepHourly: 4 }, [3, 4, 5, 6]],
    [{ keepDaily: 3 }, [4, 5, 6]],
    [{ keepWeekly: 3 }, [4, 5, 6]],
    [{ keepMonthly: 2 }, [5, 6]],
    [{ keepYearly: 1 }, [6]],
    [{ keepYearly: 3 }, [0, 1, 6]],
    [{ keepLast: 1, keepYearly: 2 }, [1, 6]],
    [{ keepDaily: -1 }, [0, 1, 3, 4, 5, 6]],
  ];
  for (const [policy, kept] of cases) {
    const { keep, remove } = retain(
      HISTORY.map((time) => at(time)),
      policy,
    );
    assert.deepEqual(
      keep,
      kept.map((index) => HISTORY[index]),
      JSON.stringify(policy),
    );
    assert.equal(keep.length + remove.length, HISTORY.length);
  }
});

test('hosts and paths are counted apart, and tags keep what they name', () => {
  const snapshots = [
    at('2021-01-01T00:00:00Z', { tags: ['a', 'b'] }),
    at('2021-01-02T00:00:00Z'),
    at('2021-01-03T00:00:00Z', { host: 'other' }),
  ];
  assert.deepEqual(retain(snapshots, { keepLast: 1 }).remove, ['2021-01-01T00:00:00Z']);
  assert.deepEqual(retain(snapshots, { keepLast: 1, keepTags: ['b,a'] }).remove, []);
  assert.deepEqual(retain(snapshots, { keepTags: ['c'] }).keep, []);
});

test('what is kept now is kept when asked again, and the newest always is', () => {
  const count = fc.integer({ min: 0, max: 4 });
  const policies = fc.record({
    keepLast: count,
    keepHourly: count,
    keepDaily: count,
    keepWeekly: count,
    keepMonthly: count,
    keepYearly: count,
  });
  const times = fc.uniqueArray(fc.integer({ min: 0, max: 400 * 24 * 4 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(policies, times, (policy, quarters) => {
      const snapshots = quarters.map((quarter) => at(new Date(Date.UTC(2024, 0, 1) + quarter * 900_000).toISOString()));
      const { keep } = retain(snapshots, policy);
      const again = retain(
        snapshots.filter(({ id }) => keep.includes(id)),
        policy,
      );
      assert.deepEqual(again.remove, []);
      assert.ok(
        keep.includes(
          snapshots
            .map(({ id }) => id)
            .toSorted()
            .at(-1) ?? '',
        ),
      );
    }),
  );
});
