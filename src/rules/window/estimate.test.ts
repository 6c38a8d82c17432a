import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RestoreSession } from '../../api/restore-session.ts';
import { estimateText } from './estimate.ts';

const REPOSITORY = { namespace: 'shop', name: 'repo' };

function restore(
  name: string,
  fetched: number,
  seconds: number,
  { at = 0, repository = 'repo', phase = 'Succeeded' as const } = {},
): RestoreSession {
  const [startTime, endTime] = [at, at + seconds].map((second) => new Date(second * 1000).toISOString());
  return {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'RestoreSession',
    metadata: { namespace: 'shop', name },
    spec: { repository: { name: repository } },
    status: { phase, stats: [{ hostname: 'db-0', restored: { bytes: fetched }, startTime, endTime }] },
  } as RestoreSession;
}

test('how long a restore may take is told by the newest that is about as large, and says which', () => {
  const sessions = [restore('old', 2 ** 20, 100), restore('new', 2 ** 21, 10, { at: 1000 }), restore('tiny', 2 ** 10, 1, { at: 2000 })];
  assert.equal(estimateText(sessions, REPOSITORY, 2 ** 22), '20 s for 4.000 MiB (new: 10 s for 2.000 MiB)');
  assert.equal(estimateText(sessions, REPOSITORY, 2 ** 9), '1 s for 512 B (tiny: 1 s for 1.000 KiB)');
});

test('nothing is told by what failed, what came from elsewhere, or what was far smaller', () => {
  const failed = restore('failed', 2 ** 20, 10, { phase: 'Failed' as never });
  for (const one of [failed, restore('other', 2 ** 20, 10, { repository: 'other' }), restore('tiny', 2 ** 10, 1)])
    assert.equal(estimateText([one], REPOSITORY, 2 ** 20), undefined, one.metadata.name);
});
