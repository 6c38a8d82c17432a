import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupBatch } from '../../api/backup-batch.ts';
import { validate } from '../../api/validate.ts';
import { isCode } from '../../errors/error.ts';
import { manualSessions } from './manual.ts';

const run = { requestId: 'r-1', now: new Date('2026-11-22T10:15:00Z') };

test('a batch whose members share the alias makes one session for all of them', () => {
  const [only, more] = manualSessions(batch(), { ...run, alias: 'full' });
  assert.equal(more, undefined);
  assert.deepEqual(only?.spec.members, ['Host/a', 'Host/b']);
  assert.match(only?.metadata.name ?? '', /^nightly-full-20261122101500-[a-z0-9]{5}$/);
});

test('a member with a schedule of its own gets a session of its own', () => {
  const sessions = manualSessions(batch([{ alias: 'full', schedule: '@weekly' }]), { ...run, alias: 'full' });
  assert.deepEqual(
    sessions.map((one) => one.spec.members),
    [['Host/a'], ['Host/b']],
  );
  assert.equal(new Set(sessions.map((one) => one.metadata.name)).size, 2);
  for (const session of sessions) assert.ok(validate(session).ok);
});

test('one member can be chosen; one without the alias is refused', () => {
  assert.deepEqual(
    manualSessions(batch(), { ...run, alias: 'full', member: 'host/b' }).map((one) => one.spec.members),
    [['Host/b']],
  );
  assert.throws(
    () => manualSessions(batch(), { ...run, alias: 'full', member: 'Host/c' }),
    (error) => isCode(error, 'NotFound') && /Host\/a, Host\/b/.test(error.message),
  );
});

function batch(own: { alias: string; schedule: string }[] = []): BackupBatch {
  const member = (name: string) => ({ target: { ref: { apiVersion: 'stash.appscode.com/v1beta1', kind: 'Host', name }, paths: ['/x'] } });
  return {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'BackupBatch',
    metadata: { name: 'nightly', namespace: 'default', uid: 'u' },
    spec: {
      driver: 'Restic',
      executionOrder: 'Parallel',
      backupHistoryLimit: 1,
      repository: { name: 'repo' },
      execOps: [{ alias: 'full', schedule: '@daily' }],
      members: [member('a'), { ...member('b'), ...(own.length > 0 ? { execOps: own } : {}) }],
    },
  };
}
