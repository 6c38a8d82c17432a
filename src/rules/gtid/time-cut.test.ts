import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type TimedGroup, timeCut } from './time-cut.ts';

function cutOf(times: readonly number[], at: number, exclusive = false) {
  const rule = timeCut(at, exclusive);
  const groups: TimedGroup[] = times.map((time, index) => ({ gtid: `0-1-${index + 1}`, time }));
  let marked = 0;
  for (const [index, group] of groups.entries()) if (rule.take(group)) marked = index + 1;
  const cut = rule.cut();
  assert.equal(marked, cut.taken);
  assert.deepEqual([cut.before, cut.after], [groups[cut.taken - 1], groups[cut.taken]]);
  return cut;
}

const CASES: [string, number[], number, boolean, number, number][] = [
  ['everything not later is taken', [10, 11, 12], 11_000, false, 2, 0],
  ['a whole second belongs to it to its end', [10, 11, 11, 12], 11_999, false, 3, 0],
  ['exclusive: what has exactly the time is not taken', [10, 11, 12], 11_000, true, 1, 0],
  ['before all', [10, 11], 9_000, false, 0, 0],
  ['after all', [10, 11], 99_000, false, 2, 0],
  ['an empty log', [], 5_000, false, 0, 0],
  ['one transaction with a time far ahead does not hide the earlier ones behind it', [10, 99, 11, 12, 13], 12_000, false, 4, 1],
  ['one that is late does not drag later ones in', [10, 20, 21, 22, 11], 12_000, false, 1, 1],
  ['in doubt nothing later is taken', [10, 12, 11], 11_000, false, 1, 1],
];
for (const [name, times, at, exclusive, taken, misplaced] of CASES)
  test(name, () => {
    const cut = cutOf(times, at, exclusive);
    assert.deepEqual([cut.taken, cut.misplaced], [taken, misplaced]);
  });

test('no other cut misplaces fewer, and no earlier one as few', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 12 }),
      fc.integer({ min: -1, max: 9 }),
      fc.boolean(),
      (times, at, exclusive) => {
        const later = (time: number) => (exclusive ? time >= at : time > at);
        const wrong = (cut: number) => times.filter((time, index) => (index < cut ? later(time) : !later(time))).length;
        const all = Array.from({ length: times.length + 1 }, (_, cut) => wrong(cut));
        const { taken, misplaced } = cutOf(times, at * 1000, exclusive);
        assert.equal(misplaced, Math.min(...all));
        assert.equal(taken, all.indexOf(misplaced));
      },
    ),
  );
});
