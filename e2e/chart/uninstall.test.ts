import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apply, get, kubectl } from '../harness/kubectl.ts';
import { namespacesGone, ownNamespace } from '../harness/namespace.ts';
import { removeChart, SYSTEM } from '../harness/release.ts';

test('what the tests made is let go by the operator', namespacesGone);

test('uninstalling leaves the definitions and the objects of users, and takes away the operator with all its rights', async (t) => {
  const namespace = await ownNamespace(t);
  const kept = { apiVersion: 'stash.appscode.com/v1alpha1', kind: 'Repository', metadata: { name: 'kept' } };
  await apply(namespace, { ...kept, spec: { backend: { storageSecretName: 'none', rest: { url: 'http://nowhere.invalid/' } } } });
  await removeChart();
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
  await kubectl(['patch', 'repositories.stash.appscode.com', 'kept', '--namespace', namespace, '--type=merge', `--patch=${patch}`]);
});
