import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExecOpStatus } from '../../api/invoker-status.ts';
import { reachedByLogs, unknownSeries } from './extend.ts';

const interval = (timeline: string, to: string) => ({
  from: '2026-11-22T10:00:00Z',
  to,
  gtidTo: '0-1-4',
  timeline,
  repository: 'demo/repo',
});
const [first, second] = [interval('11111111', '2026-11-22T10:10:00Z'), interval('22222222', '2026-11-22T10:05:00Z')];
const LATER = '2026-11-22T10:15:00Z';

interface Told {
  timeline?: string;
  repository?: string;
  until?: string;
  archivedTo?: string;
  lastUpload?: string;
  continues?: string;
}

function line(told: Told = {}): ExecOpStatus {
  const { timeline = '22222222', repository = 'demo/repo', until = LATER, archivedTo = until, lastUpload = until, continues = '' } = told;
  const log = {
    target: 'demo/AppBinding/db',
    host: 'db',
    timeline,
    gtid: '0-1-9',
    until,
    continues,
    repositories: [{ name: repository, archivedTo, lastUpload }],
  };
  return { alias: 'log', state: 'Scheduled', logs: [log] };
}

test('the interval of the series reaches further, and the newest comes first', () => {
  assert.deepEqual(reachedByLogs([first, second], [line()]), [{ ...second, to: LATER, gtidTo: '0-1-9' }, first]);
});

for (const [what, of] of [
  ['another repository', line({ repository: 'demo/other' })],
  ['a series that is not known', line({ timeline: '33333333' })],
  ['less than is known', line({ until: '2026-11-22T10:04:00Z' })],
  ['an idle server, of which nothing was stored since', line({ lastUpload: '2026-11-22T10:14:00Z' })],
  ['what is not stored yet', line({ archivedTo: '2026-11-22T10:12:00Z' })],
] as const)
  test(`${what} changes nothing`, () => assert.deepEqual(reachedByLogs([first, second], [of]), [first, second]));

test('nothing is said where nothing is known', () => assert.equal(reachedByLogs(undefined, [line()]), undefined));

test('a repository with a series that goes on from something unknown has to be looked into', () => {
  assert.deepEqual(unknownSeries([first], [line({ continues: 'c1.0' })]), ['demo/repo']);
  assert.deepEqual(unknownSeries(undefined, [line({ continues: 'c1.0' })]), ['demo/repo']);
  assert.deepEqual(unknownSeries([first, second], [line({ continues: 'c1.0' })]), []);
  assert.deepEqual(unknownSeries([first], [line()]), []);
});

test('in a batch a series is of its own target: that of another may have the same name', () => {
  const [own, foreign] = [
    { ...second, target: 'demo/AppBinding/db' },
    { ...second, target: 'demo/AppBinding/other' },
  ];
  assert.deepEqual(reachedByLogs([own, foreign], [line()]), [{ ...own, to: LATER, gtidTo: '0-1-9' }, foreign]);
  assert.deepEqual(unknownSeries([foreign], [line({ continues: 'c1.0' })]), ['demo/repo']);
});
