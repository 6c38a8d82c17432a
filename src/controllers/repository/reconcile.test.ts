import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectKey } from '../../api/object.ts';
import { silentLogger } from '../../runtime/log.ts';
import { repository } from '../testing/manifests.ts';
import { testOperator } from '../testing/operator.ts';
import { createGates } from './gates.ts';
import { repositoryController } from './reconcile.ts';

test('a Repository that is being deleted and waits for the finalizer of somebody else is left in peace', async (t) => {
  const operator = await testOperator();
  t.after(() => operator.close());
  const made = repository('waiting');
  await operator.store.create('Repository', { ...made, metadata: { ...made.metadata, finalizers: ['example.com/other'] } });
  const key = { namespace: 'shop', name: 'waiting' };
  await operator.store.delete('Repository', key);
  const again: ObjectKey[] = [];
  const ctx = { ...operator.ctx(), gates: createGates((one) => again.push(one)) };
  await repositoryController(ctx).reconcile(key, { signal: new AbortController().signal, clock: operator.clock, log: silentLogger() });
  assert.deepEqual(again, [], 'it would be looked at again at once, and again');
  assert.ok(await operator.store.get('Repository', key));
});
