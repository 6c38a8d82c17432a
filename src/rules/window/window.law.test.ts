import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCode } from '../../errors/error.ts';
import { formatState, parseState } from '../gtid/state.ts';
import { chooseFound, logsToRead } from './choose.ts';
import { intervalsOf } from './intervals.ts';
import { replayableFrom } from './replayable.ts';
import { type Stored, storedOf } from './stored.ts';
import { type History, type ModelLog, play, type Step, TARGET } from './testing/history.ts';

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), count: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 8, arbitrary: fc.record({ do: fc.constantFrom('full' as const, 'incremental' as const, 'log' as const, 'log' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('purge' as const, 'failover' as const, 'rewind' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), which: fc.nat(20) }) },
  ),
  { maxLength: 25 },
);

/** Every place a log snapshot holds that can be reached, one transaction after the other: what the rules say in one step. */
function reachablePlaces({ bases, logs }: History): Set<string> {
  const reached = new Set<string>();
  const place = (series: string, at: number) => `${series}/${at}`;
  for (const { series, from, to, snapshot } of logs) {
    const [chain, link] = (snapshot.tags.find((tag) => tag.startsWith('stash.continues='))?.slice(16) ?? '').split('.');
    for (const base of bases)
      if (base.chain === chain && base.link >= Number(link) && base.ids.length >= from && base.ids.length <= to)
        reached.add(place(series.name, base.ids.length));
  }
  for (let before = -1; before < reached.size; ) {
    before = reached.size;
    for (const { series, from, to } of logs) {
      const { follows } = series;
      const isLinked =
        follows !== undefined &&
        follows.at >= from &&
        follows.at <= to &&
        logs.some((one) => one.series.name === follows.series.name && one.from <= follows.at && one.to >= follows.at);
      if (isLinked && reached.has(place(follows.series.name, follows.at))) reached.add(place(series.name, follows.at));
      for (let at = from; at < to; at += 1) if (reached.has(place(series.name, at))) reached.add(place(series.name, at + 1));
    }
  }
  return reached;
}

const storedIn = ({ bases, logs }: History): Stored =>
  storedOf(
    [...bases, ...logs].map((one) => one.snapshot),
    TARGET,
    new Set(),
  );
const sequence = (text: string | undefined) => Number([...parseState(text ?? '').values()][0]?.sequence ?? 0n);

test('the window of a history is exactly what can be reached in it', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const played = play(history);
      const claimed = new Set<string>();
      for (const { timeline, gtidFrom, gtidTo } of intervalsOf(storedIn(played)))
        for (let at = sequence(gtidFrom); timeline !== undefined && at <= sequence(gtidTo); at += 1) claimed.add(`${timeline}/${at}`);
      assert.deepEqual([...claimed].sort(), [...reachablePlaces(played)].sort());
    }),
    { numRuns: 2000 },
  );
});

test('base and logs of a point lead to what the database had there, without a gap; what is refused is not in the window', () => {
  fc.assert(
    fc.property(steps, fc.nat(30), fc.nat(5), (history, at, which) => {
      const played = play(history);
      const stored = storedIn(played);
      const timelines = [...new Set(played.logs.map((one) => one.series.name))];
      const timeline = timelines[which % Math.max(1, timelines.length)];
      const log = played.logs.findLast((one) => one.series.name === timeline);
      if (timeline === undefined || log === undefined || at === 0 || at > log.to) return;
      const wish = { gtid: `0-${log.series.server}-${at}`, exclusive: false, timeline };
      const found = logsToRead(stored, wish).map((one) => ({ log: one, state: parseState(wish.gtid) }));
      const isReachable = reachablePlaces(played).has(`${timeline}/${at}`);
      try {
        const choice = chooseFound(stored, found, wish);
        assert.deepEqual(restored(played, choice.base.id, choice.logs, at), log.series.ids.slice(0, at));
        assert.ok(isReachable);
      } catch (error) {
        if (!isCode(error, 'PointOutsideWindow', 'PointNotFound')) throw error;
        assert.ok(!isReachable, `${timeline}/${at} could be reached: ${error.message}`);
      }
    }),
    { numRuns: 2000 },
  );
});

test('a base is replayable to the end of the furthest log that it alone leads to', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const played = play(history);
      const stored = storedIn(played);
      const tell = replayableFrom(stored);
      for (const base of stored.bases) {
        const own = { ...played, bases: played.bases.filter(({ snapshot }) => snapshot.id === base.id) };
        const places = reachablePlaces(own);
        // Where a log ends that can be reached to its end, and holds something after the base.
        const ends = played.logs
          .filter(
            ({ series, to, snapshot }) =>
              places.has(`${series.name}/${to}`) &&
              (Date.parse(snapshot.time) > base.time || to > sequence(formatState(base.state ?? new Map()))),
          )
          .map(({ snapshot }) => Date.parse(snapshot.time));
        assert.equal(tell(base)?.until, ends.length === 0 ? undefined : Math.max(...ends));
      }
    }),
    { numRuns: 1000 },
  );
});

/** As a server would: a log can only go on from what it holds the successor of. */
function restored(
  history: History,
  base: string,
  logs: readonly { log: { id: string }; upTo?: ReturnType<typeof parseState> }[],
  at: number,
): number[] {
  const from = history.bases.find((one) => one.snapshot.id === base);
  let ids = from?.ids ?? [];
  for (const { log, upTo } of logs) {
    const model = history.logs.find((one) => one.snapshot.id === log.id) as ModelLog;
    const end = upTo === undefined ? at : Number([...upTo.values()][0]?.sequence ?? 0n);
    assert.ok(ids.length >= model.from && end <= model.to && end >= ids.length, 'a log leaves a gap');
    assert.deepEqual(ids, model.series.ids.slice(0, ids.length), 'a log is of another history');
    ids = [...ids, ...model.series.ids.slice(ids.length, end)];
  }
  return ids;
}
