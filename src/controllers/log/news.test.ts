import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogHostStatus } from '../../api/log-host-status.ts';
import { logNews } from './news.ts';

const target = 'shop/AppBinding/orders';
const host = (name: string, more: Partial<LogHostStatus>): LogHostStatus => ({ target, host: name, follows: '', ...more });
const first = host('db-0', { timeline: '0a1b2c3d', gtid: '0-1-9', until: '2026-11-22T10:00:00Z' });
const second = host('db-1', { timeline: '11111111', gtid: '0-2-12', until: '2026-11-22T10:05:00Z' });
const ended = { message: '', time: '2026-11-22T10:04:00Z', from: '0-2-3', to: '' };

const TOLD =
  'alias log: host db-1: Failover: the log of db-1 (series 11111111) does not go on from series 0a1b2c3d of db-0, archived up to GTID 0-1-9; ' +
  'a host that may become the primary needs log_slave_updates=ON';

for (const [what, before, after, message, only] of [
  ['a failover to a host whose log does not go on', [first, host('db-1', { role: 'Replica' })], [first, second], TOLD],
  [
    'so it is where that host was the primary once',
    [first, { ...second, timeline: '22222222', until: '2026-11-22T09:00:00Z' }],
    [first, { ...second, ended: { ...ended, reason: 'NotPrimary' } }],
    TOLD,
  ],
  ['a host whose log goes on', [first], [first, { ...second, follows: '0a1b2c3d@0-1-9' }], undefined],
  ['a host under another name', [first], [{ ...second, timeline: '0a1b2c3d' }], undefined],
  ['what was told', [first, second], [first, { ...second, until: '2026-11-22T10:10:00Z' }], undefined],
  ['the first log of a target', [], [second], undefined],
  ['hosts that each have a log of their own', [first], [first, second], undefined, []],
  ['the first log of another target', [{ ...first, target: 'shop/AppBinding/other' }], [second], undefined],
] as const)
  test(`${what}: ${message === undefined ? 'no hole is told' : 'a hole is told'}`, () => {
    const told = logNews('log', { logs: [...before] }, { logs: [...after] }, new Set(only ?? [target]));
    assert.deepEqual(
      told.map((one) => one.message),
      message === undefined ? [] : [message],
    );
  });

test('a hole within one host is told as that alone', () => {
  const after = { ...first, timeline: '22222222', ended: { ...ended, reason: 'Hole' } };
  const told = logNews('log', { logs: [first] }, { logs: [after] }, new Set([target]));
  assert.deepEqual(
    told.map(({ reason, message }) => [reason, /host db-0: Hole: /.test(message)]),
    [['LogHole', true]],
  );
});
