import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseState } from '../gtid/state.ts';
import { continuedBy } from '../log/continues.ts';
import { openHole } from './holes.ts';
import { intervalsOf } from './intervals.ts';
import type { Base, Stored, StoredLog } from './stored.ts';
import { strayLog, straySeries } from './stray-log.ts';

const base = (link: number, gtid: number, time: number): Base => ({
  ...{ id: `b${link}`, host: 'db', time, chain: 'c1', link, state: parseState(`0-1-${gtid}`), ofPrimary: true, bytes: 1 },
});
const log = (timeline: string, from: number, to: number, until: number, more: Partial<StoredLog> = {}): StoredLog => ({
  ...{ id: `${timeline}-${to}`, host: 'db', timeline, path: '/', from: parseState(`0-1-${from}`), to: parseState(`0-1-${to}`) },
  ...{ since: from, until, bytes: 1, ...more },
});
const chain = (link: number) => ({ continues: { chain: 'c1', link } });
const strayIn = (stored: Stored) => strayLog(stored, intervalsOf(stored))?.timeline;

const FULL = base(0, 4, 4);
const BEFORE = log('aaaaaaaa', 0, 9, 9, chain(0));

test('after a hole the series that goes on from no backup is told, with how far it is', () => {
  const stored = { bases: [FULL], logs: [BEFORE, log('bbbbbbbb', 12, 15, 15), log('bbbbbbbb', 12, 20, 20)] };
  const stray = strayLog(stored, intervalsOf(stored));
  const expected = { from: 9, to: 20, gtidFrom: '0-1-9', gtidTo: '0-1-20', host: 'db', timeline: 'bbbbbbbb' };
  assert.deepEqual(stray && openHole(intervalsOf(stored), stray), expected);
  assert.deepEqual(stray && openHole([], stray), { ...expected, from: 12, gtidFrom: '0-1-12' });
  assert.deepEqual([...straySeries(stored)], ['bbbbbbbb']);
});

test('of a series that uses GTIDs again, as after RESET MASTER, none are named', () => {
  const stored = { bases: [FULL], logs: [BEFORE, log('bbbbbbbb', 0, 2, 20)] };
  const stray = strayLog(stored, intervalsOf(stored));
  const { gtidFrom, gtidTo } = openHole(intervalsOf(stored), stray ?? BEFORE);
  assert.deepEqual([stray?.timeline, gtidFrom, gtidTo], ['bbbbbbbb', undefined, undefined]);
});

test('what goes on from it is told as well, and nothing before the first backup is forgotten', () => {
  const follows = { follows: { timeline: 'bbbbbbbb', state: parseState('0-1-20') } };
  const stray = [log('bbbbbbbb', 12, 20, 20), log('cccccccc', 18, 25, 25, follows)];
  assert.equal(strayIn({ bases: [FULL], logs: [BEFORE, ...stray] }), 'cccccccc');
  assert.equal(strayIn({ bases: [], logs: stray }), 'cccccccc');
});

test('nothing is told once a backup is newer, or while the log goes on from one', () => {
  assert.equal(strayIn({ bases: [FULL], logs: [BEFORE] }), undefined);
  assert.equal(strayIn({ bases: [FULL, base(1, 21, 21)], logs: [BEFORE, log('bbbbbbbb', 12, 20, 20)] }), undefined);
});

test('an incremental that is taken after the hole is a backup to go on from, like a full', () => {
  const binlog = (created: string, from: string) => ({ serverId: 1, created, from });
  const [old, fresh] = [binlog('2026-11-22T10:00:00Z', ''), binlog('2026-11-22T10:20:00Z', '0-1-12')];
  const file = { ...fresh, file: 'binlog/000001', name: 'binlog.000003', to: '0-1-30', bytes: 900, closed: false };
  const link = (of: typeof old) => ({ link: { position: { binlog: of, binlogPosition: 500 } } });
  const lines = [link(old), link(fresh)] as unknown as Parameters<typeof continuedBy>[1];
  assert.match(continuedBy([file], lines)?.text ?? '', /\.1$/);
  const stored = { bases: [FULL, base(1, 21, 21)], logs: [BEFORE, log('bbbbbbbb', 12, 30, 30, chain(1))] };
  assert.deepEqual(
    intervalsOf(stored).map(({ timeline, from, to }) => [timeline, from, to]),
    [
      ['aaaaaaaa', 4, 9],
      ['bbbbbbbb', 21, 30],
    ],
  );
});
