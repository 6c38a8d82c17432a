import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLogIndex, type LogIndex, parseLogIndex } from './log-index.ts';

const file = {
  ...{ file: 'binlog/000001', name: 'binlog.000001', serverId: 1, created: '2026-11-22T10:00:00Z' },
  ...{ from: '', to: '0-1-7,3-1-2', bytes: 4, closed: true },
};
const until = { time: '2026-11-22T11:00:00.123Z', gtid: '0-1-7,3-1-2' };
const index: LogIndex = { host: 'h', timeline: 'feedbeef', data: '7', files: [file], until, recent: [] };

test('an index is read as it was written', () => assert.deepEqual(parseLogIndex(formatLogIndex(index)), index));

const wrong: [string, object][] = [
  ['a path out of the stage', { files: [{ ...file, file: '../../etc/passwd' }] }],
  ['a negative size', { files: [{ ...file, bytes: -1 }] }],
  ['a size that no number holds', { files: [{ ...file, bytes: 2 ** 60 }] }],
  ['a size as text', { files: [{ ...file, bytes: '4' }] }],
  ['a state that is none', { files: [{ ...file, to: '0-1' }] }],
  ['a state that no server is in', { files: [{ ...file, to: `0-1-${'9'.repeat(21)}` }] }],
  ['a time that is none', { files: [{ ...file, created: 'yesterday' }] }],
  ['no file', { files: [] }],
  ['another timeline', { timeline: '../ended' }],
  ['an end without a state', { until: { time: until.time } }],
  ['an end on no day', { until: { ...until, time: '2026-99-22T11:00:00Z' } }],
];
for (const [name, change] of wrong)
  test(`an index with ${name} is none`, () => assert.equal(parseLogIndex(JSON.stringify({ ...index, ...change })), undefined));
