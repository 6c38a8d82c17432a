import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, DATA } from '../harness/applications.ts';
import { configuration, target } from '../harness/backup.ts';
import { apply, get, kubectl, list } from '../harness/kubectl.ts';
import { namespacesGone, ownNamespace } from '../harness/namespace.ts';
import { removeChart, SYSTEM } from '../harness/release.ts';
import { STORAGE } from '../harness/storage.ts';
import { waitFor } from '../harness/wait-for.ts';

test('what the tests made is let go by the operator', async () => {
  await namespacesGone();
  await kubectl(['delete', 'namespace', STORAGE, '--ignore-not-found']);
});

test('uninstalling leaves the definitions and the objects of users, and takes away the operator with all its rights', async (t) => {
  const namespace = await ownNamespace(t);
  const object = { apiVersion: 'stash.appscode.com/v1alpha1', kind: 'Repository', metadata: { name: 'kept' } };
  await apply(namespace, { ...object, spec: { backend: { storageSecretName: 'none', rest: { url: 'http://nowhere.invalid/' } } } });
  const about = target('StatefulSet', 'shop', { alias: 'shop', paths: [DATA] });
  await apply(namespace, application('StatefulSet', 'shop'), configuration('shop', { repository: { name: 'kept' }, target: about }));
  // Its Repository cannot be reached; the sidecar is put in all the same.
  const injected = async () => JSON.stringify((await get('statefulset', 'shop', namespace))?.spec.template);
  await waitFor('the sidecar is there', injected, (text) => text.includes('stash-gate'));
  await kubectl(['rollout', 'status', 'statefulset/shop', '--namespace', namespace, '--timeout=90s']);
  const running = await applicationOf(namespace);
  await removeChart();
  assert.deepEqual(await applicationOf(namespace), running, 'the application runs on as it was');
  assert.ok(await get('repositories.stash.appscode.com', 'kept', namespace), 'the Repository is there');
  const gone: [kind: string, name: string, namespace?: string][] = [
    ['deployment', 'stash-operator', SYSTEM],
    ['serviceaccount', 'stash-operator', SYSTEM],
    ['service', 'stash-agents', SYSTEM],
    ['clusterrole', 'stash-operator'],
    ['clusterrolebinding', 'stash-operator'],
  ];
  for (const [kind, name, where] of gone) assert.equal(await get(kind, name, where), undefined, `${kind} ${name}`);
  // Nobody is left who would take the finalizer off.
  const patch = JSON.stringify({ metadata: { finalizers: null } });
  for (const kept of ['repositories.stash.appscode.com/kept', 'backupconfigurations.stash.appscode.com/shop'])
    await kubectl(['patch', kept, '--namespace', namespace, '--type=merge', `--patch=${patch}`]);
});

async function applicationOf(namespace: string): Promise<unknown> {
  const workload = await get('statefulset', 'shop', namespace);
  const pods = await list('pods', namespace, 'app=shop');
  return [workload?.spec, pods.map(({ metadata, status }) => [metadata.uid, status.phase])];
}
