import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Context } from '../context.ts';
import { createGates } from './gates.ts';
import { restoreGates } from './restore-gates.ts';

const key = { namespace: 'demo', name: 'repo' };
const restore = {
  metadata: { namespace: 'demo', name: 'back', uid: 'u1' },
  spec: { repository: { name: 'repo' } },
  status: { phase: 'Pending' },
};

async function gatesAfter(objects: Record<string, unknown[]>) {
  const gates = createGates(() => {});
  await restoreGates({ gates, store: { view: async (kind: string) => objects[kind] ?? [] } } as unknown as Context);
  return gates;
}

test('a restore that has no plan yet may be reading logs: no maintenance begins beside it', async () => {
  const gates = await gatesAfter({ RestoreSession: [restore] });
  assert.equal(gates.sharers(key).length, 1);
  assert.equal(gates.tryExclusive(key, 'maintenance'), false);
});

test('a maintenance that is under way goes on, and a restore that waits for it still waits', async () => {
  const repository = { metadata: key, status: { maintenance: { phase: 'Running' } } };
  const gates = await gatesAfter({ RestoreSession: [restore], Repository: [repository] });
  assert.deepEqual(gates.sharers(key), []);
  assert.equal(gates.tryExclusive(key, 'Repository/demo/repo'), true);
});
