import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, claimOf, DATA, sumsIn } from './harness/applications.ts';
import { askFor, configuration, inForce, repository, sessionsOf, snapshotsOf, succeeded, target } from './harness/backup.ts';
import { apply, kubectl, list } from './harness/kubectl.ts';
import { ownNamespace } from './harness/namespace.ts';
import { readRepository, sumsBelow } from './harness/snapshots.ts';
import { sharedStorage } from './harness/storage.ts';
import { waitFor } from './harness/wait-for.ts';

test('files of a Deployment, a StatefulSet and a DaemonSet are backed up by sidecars, under the host names of Stash', async (t) => {
  const namespace = await ownNamespace(t);
  const storage = sharedStorage(namespace);
  await repository(namespace, storage);
  await apply(
    namespace,
    application('Deployment', 'web'),
    application('StatefulSet', 'shop', { replicas: 2 }),
    application('DaemonSet', 'node'),
    configuration('web', { schedule: '* * * * *', target: target('Deployment', 'web', { paths: [DATA] }) }),
    configuration('shop', { target: target('StatefulSet', 'shop', { alias: 'shop', paths: [DATA] }) }),
    configuration('node', { target: target('DaemonSet', 'node', { paths: [DATA] }) }),
  );
  await Promise.all([
    inForce(namespace, 'web', 'deployment/web'),
    inForce(namespace, 'shop', 'statefulset/shop'),
    inForce(namespace, 'node', 'daemonset/node'),
  ]);
  const pods = await list('pods', namespace, 'app=node');
  assert.equal(pods.length, (await list('nodes')).length);
  const sources: Record<string, string> = {
    'host-0': 'deployment/web',
    'shop-0': 'shop-0',
    'shop-1': 'shop-1',
    ...Object.fromEntries(pods.map(({ metadata, spec }) => [spec.nodeName, metadata.name])),
  };
  const [scheduled, shop, node] = await Promise.all([
    waitFor(
      'a tick of web',
      // One that came while the pods were being replaced, too.
      async () => sessionsOf(namespace, 'web'),
      (all) => all.length > 0,
      { seconds: 70 },
    ).then(async ([first]) => succeeded(namespace, first?.metadata.name ?? '')),
    succeeded(namespace, await askFor(namespace, 'shop', 'shop-now')),
    succeeded(namespace, await askFor(namespace, 'node', 'node-now')),
  ]);
  assert.equal(scheduled.spec.trigger, 'Schedule');
  const ids = { ...snapshotsOf(scheduled), ...snapshotsOf(shop), ...snapshotsOf(node) };
  assert.deepEqual(Object.keys(ids).toSorted(), Object.keys(sources).toSorted());
  const { snapshots: stored } = await readRepository(namespace, storage.url, Object.values(ids));
  for (const [host, source] of Object.entries(sources)) {
    const snapshot = stored.find(({ id }) => id === ids[host]);
    assert.equal(snapshot?.hostname, host);
    assert.deepEqual(snapshot?.paths, [DATA]);
    const sums = await sumsIn(namespace, source);
    assert.deepEqual(sumsBelow(snapshot, DATA), sums, host);
    assert.equal(Object.keys(sums).length, 3);
  }
});

test('a claim in use is backed up by a Job beside it, and restored into another claim', async (t) => {
  const namespace = await ownNamespace(t);
  await repository(namespace, sharedStorage(namespace));
  await apply(
    namespace,
    claimOf('documents'),
    claimOf('copy'),
    application('Deployment', 'writer', { claim: 'documents' }),
    configuration('documents', { target: target('PersistentVolumeClaim', 'documents', { alias: 'documents' }) }),
  );
  await kubectl(['rollout', 'status', 'deployment/writer', '--namespace', namespace, '--timeout=90s']);
  await inForce(namespace, 'documents');
  await succeeded(namespace, await askFor(namespace, 'documents', 'now'));
  await apply(namespace, {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'RestoreSession',
    metadata: { name: 'elsewhere' },
    spec: {
      repository: { name: 'repo' },
      target: target('PersistentVolumeClaim', 'copy', { alias: 'copy', rules: [{ sourceHost: 'documents' }] }),
    },
  });
  await succeeded(namespace, 'elsewhere', { kind: 'restoresessions' });
  await apply(namespace, application('Deployment', 'reader', { claim: 'copy' }));
  await kubectl(['rollout', 'status', 'deployment/reader', '--namespace', namespace, '--timeout=90s']);
  assert.deepEqual(await sumsIn(namespace, 'deployment/reader'), await sumsIn(namespace, 'deployment/writer'));
});
