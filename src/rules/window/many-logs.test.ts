import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatState, parseState } from '../gtid/state.ts';
import { chooseFound, chooseLatest, logsToRead } from './choose.ts';
import { intervalsOf } from './intervals.ts';
import { wayTo } from './paths.ts';
import type { Stored, StoredLog } from './stored.ts';

/** The same numbers each time, from 0 up to `below`. */
function numbers(seed: number) {
  let last = seed;
  return (below: number) => {
    last = (last * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((last / 2_147_483_648) * below);
  };
}

const state = (sequence: number) => parseState(sequence === 0 ? '' : `0-1-${sequence}`);
const log = (id: string, timeline: string, from: number, to: number): StoredLog => {
  const times = { since: from * 1000, until: to * 1000 };
  return { id, host: 'a', timeline, path: '/stage', from: state(from), to: state(to), ...times, bytes: 1 };
};
const base = { id: 'full', host: 'a', time: 1000, chain: 'c', link: 0, state: state(1), ofPrimary: true, bytes: 1 };

test('logs that all reach into one another are one stretch, and the way through them is the shortest', () => {
  const logs = Array.from({ length: 40 }, (_, n) => log(`log-${n}`, 'aaaaaaaa', n, n + 60));
  const first = logs[0] as StoredLog;
  const stored: Stored = { bases: [base], logs: [{ ...first, continues: { chain: 'c', link: 0 } }, ...logs.slice(1)] };
  assert.deepEqual(
    intervalsOf(stored).map(({ gtidFrom, gtidTo }) => [gtidFrom, gtidTo]),
    [['0-1-1', '0-1-99']],
  );
  assert.deepEqual(
    wayTo(stored, 'aaaaaaaa', state(99))?.logs.map(({ log: one }) => one.id),
    ['log-0', 'log-39'],
  );
});

test('200 logs at random are gone through once each', () => {
  const next = numbers(5);
  const logs = Array.from({ length: 200 }, (_, n): StoredLog => {
    const from = next(400);
    const made = log(`log-${n}`, `timeline-${next(8)}`, from, from + 1 + next(200));
    const follows = { timeline: `timeline-${next(8)}`, state: state(from + next(20)) };
    return { ...made, ...(next(4) === 0 ? { continues: { chain: 'c', link: 0 } } : {}), ...(next(2) === 0 ? { follows } : {}) };
  });
  const bases = Array.from({ length: 20 }, (_, n) => ({ ...base, id: `base-${n}`, link: n, time: n * 20_000, state: state(n * 20) }));
  const stored = { bases, logs };
  assert.ok(intervalsOf(stored).length > 0);
  const { timeline = '', state: newest = state(0), logs: way } = chooseLatest(stored, { exclusive: false });
  assert.ok(way.length > 0);
  const wish = { gtid: formatState(newest), exclusive: false, timeline };
  const [read] = logsToRead(stored, wish);
  assert.ok(read !== undefined);
  assert.deepEqual(chooseFound(stored, [{ log: read, state: newest }], wish).logs, way);
});

test('a history of timelines, each of many logs, is followed timeline by timeline', () => {
  const logs = Array.from({ length: 12 }, (_, t) =>
    Array.from({ length: 10 }, (_unused, n): StoredLog => {
      const made = log(`log-${t}-${n}`, `timeline-${t}`, t * 10 + n, t * 10 + 30);
      return t === 0
        ? { ...made, continues: { chain: 'c', link: 0 } }
        : { ...made, follows: { timeline: `timeline-${t - 1}`, state: state(t * 10 + n + 2) } };
    }),
  ).flat();
  const stored = { bases: [{ ...base, state: state(2) }], logs };
  const points = [logs[0], logs[119]].flatMap((one) => (one === undefined ? [] : [{ log: one, state: one.to }]));
  assert.equal(chooseFound(stored, points.slice(1), { time: 140_000, exclusive: false }).timeline, 'timeline-11');
  assert.throws(() => chooseFound(stored, points, { time: 140_000, exclusive: false }), /is on 2 timelines/);
});
