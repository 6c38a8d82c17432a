import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogIndex } from '../../../rules/log/log-index.ts';
import { goingOn } from './going-on.ts';

const FILE = { serverId: 1, created: '2026-11-22T10:00:00Z', from: '0-1-4' };
const INDEX: LogIndex = {
  host: 'db-0',
  timeline: 'aaaaaaaa',
  data: '7@5',
  lsn: '5000',
  files: [{ ...FILE, file: 'binlog/000001', name: 'binlog.000001', to: '0-1-6', bytes: 900, closed: false }],
  until: { time: '2026-11-22T10:05:00Z', gtid: '0-1-6' },
  recent: [],
};
const header = async () => ({ ...FILE, encrypted: false, end: 256 });
const on = async (data: string, current: string) => {
  const found = await goingOn(INDEX, { files: ['binlog.000001'], data, lsn: { current, durable: current } }, header);
  return 'reason' in found ? `${found.reason}: ${found.message}` : found;
};

test('a series goes on in the file that it ended with', async () => {
  assert.deepEqual(await on('7@5', '5000'), { at: 0, last: true });
});

test('the same binlog on data that was replaced, or that went back, is another history', async () => {
  assert.match(String(await on('7@6', '6000')), /^OtherData: .*ibdata1 7@6, were 7@5/);
  assert.match(String(await on('7@5', '4999')), /^OtherData: the server is at LSN 4999, and was at 5000/);
});
