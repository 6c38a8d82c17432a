import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, DATA } from '../harness/applications.ts';
import { askFor, configuration, inForce, repository, succeeded, target } from '../harness/backup.ts';
import { apply, get, list } from '../harness/kubectl.ts';
import { ownNamespace, reportFailure } from '../harness/namespace.ts';
import { deployChart, SYSTEM } from '../harness/release.ts';
import { heldUp, restStorage, setValve } from '../harness/storage.ts';

test('an upgrade with other values replaces the operators, keeps every definition, and a backup that has begun goes on', async (t) => {
  reportFailure(t, SYSTEM);
  const before = await identities();
  const namespace = await ownNamespace(t);
  const storage = await restStorage(namespace, { valve: true });
  await repository(namespace, storage);
  const about = target('Deployment', 'web', { paths: [DATA] });
  await apply(namespace, application('Deployment', 'web'), configuration('web', { target: about }));
  await inForce(namespace, 'web', 'deployment/web');
  const podsBefore = await podsOf(namespace);
  await setValve(namespace, 'held');
  await askFor(namespace, 'web', 'now');
  await heldUp(namespace);
  await deployChart('replicas=1', 'operator.logLevel=debug');
  const deployment = await get('deployment', 'stash-operator', SYSTEM);
  assert.equal(deployment?.spec.replicas, 1);
  assert.equal(deployment?.status.readyReplicas, 1);
  assert.match(JSON.stringify(deployment?.spec.template.spec.containers[0].env), /logLevel\\":\\"debug/);
  assert.equal(await get('poddisruptionbudget', 'stash-operator', SYSTEM), undefined, 'one operator alone may be evicted');
  await setValve(namespace, 'open');
  const session = await succeeded(namespace, 'now');
  assert.equal(session.status.targets[0].stats[0].attempts, 1);
  assert.deepEqual(await podsOf(namespace), podsBefore);
  const after = await identities();
  for (const uid of before) assert.ok(after.includes(uid), `the definition with uid ${uid} was replaced`);
});

async function identities(): Promise<(string | undefined)[]> {
  const all = await list('customresourcedefinitions');
  return all.filter(({ spec }) => spec.group === 'stash.appscode.com').map(({ metadata }) => metadata.uid);
}

async function podsOf(namespace: string): Promise<(string | undefined)[]> {
  // The one before the sidecar may still be on its way out.
  const staying = (await list('pods', namespace, 'app=web')).filter(({ metadata }) => !('deletionTimestamp' in metadata));
  return staying.map(({ metadata }) => metadata.uid);
}
