import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isCode } from '../errors/error.ts';
import { testClock } from '../runtime/test-clock.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { patchStatus } from './patch-status.ts';
import { repository } from './testing/manifests.ts';

test('a status is written when it is another, not when it is the same, and not over what somebody else wrote', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'stash-patch-'));
  const store = openSqliteStore({ file: join(directory, 'store.db'), clock: testClock(), newUid: randomUUID });
  const created = await store.create('Repository', repository('repo'));
  const ready = await patchStatus({ store }, 'Repository', created, { phase: 'Ready' });
  assert.notEqual(ready.metadata.resourceVersion, created.metadata.resourceVersion);
  assert.equal(await patchStatus({ store }, 'Repository', ready, { phase: 'Ready' }), ready);
  await assert.rejects(patchStatus({ store }, 'Repository', created, { phase: 'NotReady' }), (error) => isCode(error, 'Conflict'));
  assert.equal((await store.get('Repository', { namespace: 'shop', name: 'repo' }))?.status?.phase, 'Ready');
  await store.close();
  rmSync(directory, { recursive: true });
});
