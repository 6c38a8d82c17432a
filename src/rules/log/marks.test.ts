import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MOST_MARKS } from '../../api/most-marks.ts';
import { keptMarks } from './marks.ts';

/** What a log looks like after ticks that each brought transactions; `gap`: seconds since the one before. */
const ticks = fc.array(fc.array(fc.record({ gap: fc.nat({ max: 900 }) }), { maxLength: 40 }), { maxLength: 30 });

function live(histories: readonly (readonly { gap: number }[])[]) {
  let now = 1_000_000;
  const all: { time: number; number: number }[] = [];
  let kept: typeof all = [];
  for (const tick of histories) {
    for (const { gap } of tick) {
      now += gap;
      all.push({ time: now, number: all.length });
    }
    kept = keptMarks([...kept, ...all.slice(all.length - tick.length)]);
  }
  return { all, kept };
}

test('however far a replica lagged, there is a mark that it has, not much older than where it was', () => {
  fc.assert(
    fc.property(ticks, (histories) => {
      const { all, kept } = live(histories);
      const now = all.at(-1)?.time ?? 0;
      const oldest = kept[0]?.number ?? 0;
      for (const { time, number } of all.slice(oldest)) {
        const mark = kept.findLast((one) => one.number <= number);
        assert.ok(mark !== undefined && now - mark.time <= 4 * (now - time + 1), `${number} has no mark near before it`);
      }
    }),
  );
});

test('the newest eight are all there, in order, and no more than an operator takes', () => {
  fc.assert(
    fc.property(ticks, (histories) => {
      const { all, kept } = live(histories);
      assert.deepEqual(kept.slice(-8), all.slice(-8));
      assert.ok(kept.length <= MOST_MARKS);
      assert.deepEqual(
        kept.map(({ number }) => number),
        kept.map(({ number }) => number).toSorted((one, other) => one - other),
      );
      assert.deepEqual(keptMarks(kept), kept);
    }),
  );
});

for (const perSecond of [0.1, 5])
  test(`of ${perSecond} transactions a second they reach back for at least half a day`, () => {
    let kept: { time: number }[] = [];
    for (let second = 0; second < 200_000; second += 120) {
      const tick = Array.from({ length: 120 * perSecond }, (_, at) => ({ time: second + Math.floor(at / perSecond) }));
      kept = keptMarks([...kept, ...tick]);
    }
    assert.ok((kept.at(-1)?.time ?? 0) - (kept[0]?.time ?? 0) > 43_200, JSON.stringify(kept));
  });

for (const [name, at, time] of [
  ['ahead', 5, 99_999],
  ['far behind', 5, 0],
  ['ahead at last', 25, 99_999],
  ['far behind at last', 25, 0],
] as const)
  test(`a single time that is ${name} leaves the others as near to one another`, () => {
    const marks = Array.from({ length: 25 }, (_, minute) => ({ time: 10_000 + 60 * minute }));
    const kept = keptMarks(marks.toSpliced(at, 0, { time })).filter((mark) => marks.includes(mark));
    assert.ok(kept.length <= 12, JSON.stringify(kept));
    const last = marks.at(-1)?.time ?? 0;
    for (const one of marks) {
      const mark = kept.findLast((other) => other.time <= one.time);
      assert.ok(mark !== undefined && last - mark.time <= 4 * (last - one.time + 60), JSON.stringify(kept));
    }
  });
