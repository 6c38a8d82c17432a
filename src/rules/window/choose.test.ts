import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snapshot } from '../../engine/engine.ts';
import type { ErrorCode } from '../../errors/catalogue.ts';
import { isCode } from '../../errors/error.ts';
import { formatState, parseState } from '../gtid/state.ts';
import { chooseBase, chooseFound, chooseLatest, logsToRead, type PointWish } from './choose.ts';
import { storedOf } from './stored.ts';
import { requireNewest } from './unreached.ts';

const TARGET = 'demo/AppBinding/db';
const at = (minute: number) => `2026-11-22T10:${String(minute).padStart(2, '0')}:00Z`;

function snapshot(id: string, host: string, minute: number, tags: Record<string, string>): Snapshot {
  const all = Object.entries({ target: TARGET, ...tags }).map(([name, value]) => `stash.${name}=${value}`);
  return { id, host, time: at(minute), paths: ['/stage'], tags: all, tree: '' } as Snapshot;
}
const full = (id: string, host: string, minute: number, gtid: string) =>
  snapshot(id, host, minute, { chain: id, link: 'full', gtid, time: at(minute) });
const log = (
  timeline: string,
  host: string,
  [from, to]: [string, string],
  [since, until]: [number, number],
  more: Record<string, string> = {},
) => snapshot(`log-${timeline}`, host, until, { series: 'log', timeline, from, gtid: to, since: at(since), until: at(until), ...more });

/** The first host is followed by the second, which has its own numbers from 11 on; the first went on to 12 by itself. */
const FAILOVER = [
  full('full-a', 'a', 2, '0-1-4'),
  log('aaaaaaaa', 'a', ['', '0-1-12'], [0, 20], { continues: 'full-a.0' }),
  log('bbbbbbbb', 'b', ['0-1-8', '0-2-20'], [9, 40], { follows: 'aaaaaaaa@0-1-10' }),
  full('full-b', 'b', 30, '0-2-15'),
];
const stored = storedOf(FAILOVER, TARGET, new Set());
const time = (minute: number): PointWish => ({ time: Date.parse(at(minute)), exclusive: false });
const gtid = (text: string, more: Partial<PointWish> = {}): PointWish => ({ gtid: text, exclusive: false, ...more });
const read = (wish: PointWish) => logsToRead(stored, wish).map(({ timeline }) => timeline);
const found = (states: Record<string, string>) =>
  stored.logs.flatMap((one) => (states[one.timeline] === undefined ? [] : [{ log: one, state: parseState(states[one.timeline] ?? '') }]));
const fails = (code: ErrorCode, text: RegExp, work: () => unknown) =>
  assert.throws(work, (error) => isCode(error, code) && text.test((error as Error).message));

test('every timeline that may hold the point is read, and only those', () => {
  assert.deepEqual(read(time(5)), ['aaaaaaaa']);
  assert.deepEqual(read(time(15)), ['aaaaaaaa', 'bbbbbbbb']);
  assert.deepEqual(read(time(35)), ['bbbbbbbb']);
  assert.deepEqual(read({ ...time(15), timeline: 'bbbbbbbb' }), ['bbbbbbbb']);
  assert.deepEqual(read(gtid('0-1-12')), ['aaaaaaaa', 'bbbbbbbb']);
  assert.deepEqual(read(gtid('0-2-15')), ['bbbbbbbb']);
  assert.deepEqual(read(gtid('0-1-3')), []);
  assert.deepEqual(read(gtid('1-1-1')), []);
});

test('the way to a point of the second host leads over the first, up to what both have', () => {
  const { base, logs, state, timeline } = chooseFound(stored, found({ bbbbbbbb: '0-2-14' }), gtid('0-2-14'));
  assert.equal(base.id, 'full-a');
  assert.deepEqual(
    logs.map(({ log: one, upTo }) => [one.timeline, upTo && formatState(upTo)]),
    [
      ['aaaaaaaa', '0-1-10'],
      ['bbbbbbbb', undefined],
    ],
  );
  assert.deepEqual([formatState(state ?? new Map()), timeline], ['0-2-14', 'bbbbbbbb']);
});

test('what both timelines have is one point; what each has for itself is two', () => {
  assert.equal(chooseFound(stored, found({ aaaaaaaa: '0-1-9', bbbbbbbb: '0-1-9' }), time(15)).logs.length, 1);
  // The first had come to 0-1-10, which both have, when the second had its own already: that is where the history went on.
  assert.equal(chooseFound(stored, found({ aaaaaaaa: '0-1-10', bbbbbbbb: '0-2-12' }), time(15)).timeline, 'bbbbbbbb');
  fails('PointAmbiguous', /10:15:00.* is on 2 timelines: aaaaaaaa \(host a, at 0-1-11\) and bbbbbbbb \(host b, at 0-2-12\)/, () =>
    chooseFound(stored, found({ aaaaaaaa: '0-1-11', bbbbbbbb: '0-2-12' }), time(15)),
  );
});

/** The only host goes on with GTIDs that it had given before, in a log that no backup leads to. */
const UNREACHED = [
  full('full-a', 'a', 2, '0-1-4'),
  log('aaaaaaaa', 'a', ['', '0-1-12'], [0, 20], { continues: 'full-a.0' }),
  log('cccccccc', 'a', ['0-1-6', '0-1-9'], [30, 40]),
];

test('the newest that is archived is not passed over, though no backup leads to it', () => {
  const of = storedOf(UNREACHED, TARGET, new Set());
  fails('PointOutsideWindow', /cccccccc of a up to .*10:40:00Z \(GTID 0-1-9\), goes on from no backup/, () => requireNewest(of));
  requireNewest(storedOf([...UNREACHED, full('full-b', 'a', 41, '0-1-9')], TARGET, new Set()));
  requireNewest(storedOf(FAILOVER, TARGET, new Set()));
});

test('a GTID that the host gave once more is refused until a timeline is named, though no backup leads to the second', () => {
  const of = storedOf(UNREACHED, TARGET, new Set());
  const points = of.logs.filter(({ timeline }) => timeline === 'aaaaaaaa').map((one) => ({ log: one, state: parseState('0-1-8') }));
  fails('PointAmbiguous', /0-1-8 is on the timeline aaaaaaaa .*, and again in the log cccccccc of a/, () =>
    chooseFound(of, points, gtid('0-1-8')),
  );
  assert.equal(chooseFound(of, points, gtid('0-1-8', { timeline: 'aaaaaaaa' })).timeline, 'aaaaaaaa');
});

test('beyond what both are known to have, it takes the same transaction for one point', () => {
  // It lagged, so that the newest mark which both have is older than where it went on.
  const lagging = FAILOVER.map((one) => ({ ...one, tags: one.tags.map((tag) => tag.replace('aaaaaaaa@0-1-10', 'aaaaaaaa@0-1-8')) }));
  const of = storedOf(lagging, TARGET, new Set());
  const points = (...times: number[]) =>
    of.logs.map((one, index) => ({ log: one, state: parseState('0-1-9'), before: { gtid: '0-1-9', time: at(times[index] ?? 0) } }));
  assert.equal(formatState(chooseFound(of, points(15, 15), time(15)).state ?? new Map()), '0-1-9');
  fails('PointAmbiguous', /2 timelines/, () => chooseFound(of, points(15, 16), time(16)));
});

test('after a failback the same state on both timelines is one point', () => {
  const failback = storedOf(
    [
      ...FAILOVER,
      // The first host has what the second wrote, and goes on from it with 0-1-21.
      log('aaaaaaaa', 'a', ['0-1-4', '0-1-25'], [5, 60], { continues: 'full-a.0', follows: 'bbbbbbbb@0-2-20' }),
      log('cccccccc', 'a', ['0-2-18', '0-1-25'], [38, 60], { follows: 'bbbbbbbb@0-2-20' }),
    ],
    TARGET,
    new Set(),
  );
  const points = (states: Record<string, string>) =>
    failback.logs.flatMap((one) =>
      states[one.timeline] === undefined ? [] : [{ log: one, state: parseState(states[one.timeline] ?? '') }],
    );
  for (const timelines of [
    ['aaaaaaaa', 'bbbbbbbb'],
    ['bbbbbbbb', 'cccccccc'],
    ['aaaaaaaa', 'bbbbbbbb', 'cccccccc'],
  ]) {
    const all = points(Object.fromEntries(timelines.map((one) => [one, '0-2-19'])));
    assert.equal(formatState(chooseFound(failback, all, time(39)).state ?? new Map()), '0-2-19');
  }
});

test('what is found where no way of this host leads is no second point', () => {
  const own = {
    ...stored,
    bases: stored.bases.filter(({ host }) => host === 'b'),
    logs: stored.logs.map(({ follows: _none, ...one }) => one),
  };
  const continued = { ...own, logs: own.logs.map((one) => (one.host === 'b' ? { ...one, continues: { chain: 'full-b', link: 0 } } : one)) };
  const points = continued.logs.map((one) => ({ log: one, state: parseState(one.host === 'a' ? '0-1-12' : '0-2-16') }));
  assert.equal(chooseFound(continued, points, time(31)).base.id, 'full-b');
  fails('PointOutsideWindow', /cannot be restored to/, () => chooseFound(continued, points.slice(0, 1), time(31)));
});

test('the newest is the end of the logs that were stored last, or a backup that none goes on from', () => {
  assert.equal(formatState(chooseLatest(stored, { exclusive: false }).state ?? new Map()), '0-2-20');
  assert.equal(formatState(chooseLatest(stored, { exclusive: false, timeline: 'aaaaaaaa' }).state ?? new Map()), '0-1-12');
  const later = storedOf([...FAILOVER, full('full-c', 'b', 50, '0-2-30')], TARGET, new Set());
  assert.deepEqual([chooseLatest(later, { exclusive: false }).base.id, chooseLatest(later, { exclusive: false }).logs], ['full-c', []]);
  const lost = storedOf([...FAILOVER, full('full-c', 'b', 50, '0-2-30')], TARGET, new Set(['full-c']));
  assert.equal(chooseLatest(lost, { exclusive: false }).base.id, 'full-a');
});

test('a point that is a backup needs no logs', () => {
  const fulls = storedOf([full('full-b', 'b', 30, '0-2-15')], TARGET, new Set());
  assert.deepEqual(logsToRead(fulls, gtid('0-2-15')), []);
  assert.equal(chooseBase(fulls, gtid('0-2-15')).base.id, 'full-b');
  assert.deepEqual(chooseFound(stored, found({ aaaaaaaa: '0-1-4' }), gtid('0-1-4')).logs, []);
  fails('PointOutsideWindow', /0-2-15/, () => chooseBase(fulls, gtid('0-2-15', { exclusive: true })));
});

test('what is not there is refused, with what is next to it', () => {
  fails('PointOutsideWindow', /2026-11-22T10:45:00Z cannot be restored to; nearest is .* to 2026-11-22T10:40:00Z .*timeline bbbbbbbb/, () =>
    chooseBase(stored, time(45)),
  );
  fails('PointOutsideWindow', /0-2-99 cannot be restored to; nearest is/, () => chooseBase(stored, gtid('0-2-99')));
  fails('PointOutsideWindow', /of timeline cccccccc/, () => chooseLatest(stored, { exclusive: false, timeline: 'cccccccc' }));
  fails('PointNotFound', /no stored log holds the GTID 0-3-12/, () => chooseFound(stored, [], gtid('0-3-12')));
  fails('PointOutsideWindow', /nothing is stored/, () => chooseBase({ bases: [], logs: [] }, time(5)));
});
