import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExecOpStatus, RecoverableInterval } from '../../api/invoker-status.ts';
import type { LogHostStatus } from '../../api/log-host-status.ts';
import { looseLogs } from './loose-logs.ts';

const at = (minute: number) => `2026-11-22T10:${String(minute).padStart(2, '0')}:00Z`;
const target = 'demo/AppBinding/db';
const log = (more: Partial<LogHostStatus> = {}): LogHostStatus => ({
  ...{ target, host: 'db-0', role: 'Primary', timeline: '22222222', until: at(30), gtid: '0-1-9', continues: '', follows: '', ...more },
});
const lines = (...logs: LogHostStatus[]): ExecOpStatus[] => [{ alias: 'log', state: 'Scheduled', logs }];
const interval: RecoverableInterval = { from: at(0), to: at(10), host: 'db-0', timeline: '11111111', repository: 'demo/repo' };
const point = (host: string, minute: number): RecoverableInterval => ({ from: at(minute), to: at(minute), host, repository: 'demo/repo' });

for (const [what, known, hosts, found] of [
  ['a series that goes on from nothing is loose', [interval], [log()], ['22222222']],
  ['so it is where nothing is stored yet', undefined, [log()], ['22222222']],
  ['one that continues a chain is not', [interval], [log({ continues: 'c1.0' })], []],
  ['one that follows another one is not', [interval], [log({ follows: '11111111@0-1-4' })], []],
  ['one that can be restored to is not, whatever it continues by now', [{ ...interval, timeline: '22222222' }], [log()], []],
  ['it is not known of a backup that is newer than the log', [point('db-0', 31), interval], [log()], []],
  ['a backup that the log has passed is none that it goes on from', [point('db-0', 29), interval], [log()], ['22222222']],
  ['nor is one of another host', [point('db-1', 31), interval], [log()], ['22222222']],
  ['nor one of another target', [{ ...interval, target: 'demo/AppBinding/other', timeline: '22222222' }], [log()], ['22222222']],
  ['a replica archives nothing any more', [interval], [log({ role: 'Replica' })], []],
  ['of the primary and a host that is silent the primary counts', [interval], [log({ continues: 'c1.0' }), silent()], []],
  ['where none says that it is the primary, the silent one does', [interval], [log({ role: 'Replica' }), silent()], ['33333333']],
] as const)
  test(what, () =>
    assert.deepEqual(
      looseLogs(known, lines(...hosts)).map(({ timeline }) => timeline),
      found,
    ),
  );

function silent(): LogHostStatus {
  const { role: _role, ...rest } = log({ host: 'db-1', timeline: '33333333', error: 'no server' });
  return rest;
}

test('one that follows a series which leads to no backup is loose, once that was seen', () => {
  const [found] = looseLogs([interval], lines(log({ follows: '44444444@0-1-4' })), new Set(['22222222']));
  assert.deepEqual([found?.timeline, found?.last], ['22222222', interval]);
});
