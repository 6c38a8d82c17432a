import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, DATA } from './harness/applications.ts';
import { askFor, configuration, inForce, repository, succeeded, target } from './harness/backup.ts';
import { apply, get, kubectl, list } from './harness/kubectl.ts';
import { ownNamespace } from './harness/namespace.ts';
import { sharedStorage } from './harness/storage.ts';
import { waitFor } from './harness/wait-for.ts';

test('another schedule and retention restart no pod; without its BackupConfiguration a workload is as it was before', async (t) => {
  const namespace = await ownNamespace(t);
  await repository(namespace, sharedStorage(namespace));
  await apply(namespace, application('StatefulSet', 'shop'));
  const workload = async () => get('statefulset', 'shop', namespace);
  const before = (await workload())?.spec;
  const about = target('StatefulSet', 'shop', { alias: 'shop', paths: [DATA] });
  await apply(namespace, configuration('shop', { schedule: '0 1 * * *', target: about }));
  await inForce(namespace, 'shop', 'statefulset/shop');
  const pods = async () => (await list('pods', namespace, 'app=shop')).map(({ metadata }) => metadata.uid);
  const uids = await pods();
  const template = (await workload())?.spec.template;
  assert.notDeepEqual(template, before?.template);

  const edited = { schedule: '30 2 * * *', retentionPolicy: { name: 'two', keepLast: 2, prune: true }, timeOut: '1h', target: about };
  await apply(namespace, configuration('shop', edited));
  const read = () => get('backupconfigurations.stash.appscode.com', 'shop', namespace);
  await waitFor(
    'the edit is acted on',
    read,
    (one) => one !== undefined && one.status?.observedGeneration === (one.metadata as { generation?: number }).generation,
  );
  await succeeded(namespace, await askFor(namespace, 'shop', 'after-the-edit'));
  assert.deepEqual((await workload())?.spec.template, template);
  assert.deepEqual(await pods(), uids);

  await kubectl(['delete', 'backupconfigurations.stash.appscode.com', 'shop', '--namespace', namespace, '--timeout=60s']);
  const left = await workload();
  assert.deepEqual(left?.spec, before);
  assert.doesNotMatch(JSON.stringify({ ...left?.metadata, managedFields: undefined }), /stash/);
  await kubectl(['rollout', 'status', 'statefulset/shop', '--namespace', namespace, '--timeout=90s']);
});
