import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get, list } from '../harness/kubectl.ts';
import { reportFailure } from '../harness/namespace.ts';
import { deployChart, SYSTEM } from '../harness/release.ts';

test('an upgrade with other values replaces the operators and keeps every object of our kinds', async (t) => {
  reportFailure(t, SYSTEM);
  const before = await identities();
  await deployChart('replicas=1', 'operator.logLevel=debug');
  const deployment = await get('deployment', 'stash-operator', SYSTEM);
  assert.equal(deployment?.spec.replicas, 1);
  assert.equal(deployment?.status.readyReplicas, 1);
  assert.match(JSON.stringify(deployment?.spec.template.spec.containers[0].env), /logLevel\\":\\"debug/);
  assert.equal(await get('poddisruptionbudget', 'stash-operator', SYSTEM), undefined, 'one operator alone may be evicted');
  const after = await identities();
  for (const uid of before) assert.ok(after.includes(uid), `the definition with uid ${uid} was replaced`);
});

async function identities(): Promise<(string | undefined)[]> {
  const all = await list('customresourcedefinitions');
  return all.filter(({ spec }) => spec.group === 'stash.appscode.com').map(({ metadata }) => metadata.uid);
}
