import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extended } from './extend.ts';

const interval = (timeline: string, to: string) => ({
  from: '2026-11-22T10:00:00Z',
  to,
  gtidTo: '0-1-4',
  timeline,
  repository: 'demo/repo',
});
const [first, second] = [interval('11111111', '2026-11-22T10:10:00Z'), interval('22222222', '2026-11-22T10:05:00Z')];
const later = { timeline: '22222222', gtid: '0-1-9', until: '2026-11-22T10:15:00Z' };

test('the interval of the series reaches further, and the newest comes first', () => {
  const after = { ...second, to: later.until, gtidTo: '0-1-9' };
  assert.deepEqual(extended([first, second], 'demo/repo', later), [after, first]);
});

for (const [what, repository, stored] of [
  ['another repository', 'demo/other', later],
  ['a series that is not known', 'demo/repo', { ...later, timeline: '33333333' }],
  ['less than is known', 'demo/repo', { ...later, until: '2026-11-22T10:04:00Z' }],
] as const)
  test(`${what} changes nothing`, () => assert.deepEqual(extended([first, second], repository, stored), [first, second]));
