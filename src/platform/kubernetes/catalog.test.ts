import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Function as StashFunction } from '../../api/function.ts';
import { silentLogger } from '../../runtime/log.ts';
import { apply } from '../../store/kubernetes/apply.ts';
import { noCluster, type TestCluster, testCluster } from '../../store/kubernetes/testing/cluster.ts';
import { readCatalog } from '../catalog.ts';
import { applyCatalog } from './catalog.ts';

const skip = noCluster ?? false;
let cluster: TestCluster | undefined;
after(() => cluster?.close());

test('the catalog is brought to the cluster once, and what somebody changed in it stays so', { skip }, async () => {
  cluster ??= await testCluster();
  const { connection } = cluster;
  const said: string[] = [];
  const note = (message: string) => said.push(message);
  const log = { ...silentLogger(), info: note, warn: note };
  const read = async (name: string) => {
    const path = `/apis/stash.appscode.com/v1beta1/functions/${name}`;
    return (await connection.send<StashFunction>({ what: `read ${name}`, method: 'GET', path })).body;
  };
  await applyCatalog(cluster, silentLogger());
  const before = await Promise.all((await readCatalog()).map(({ metadata }) => read(metadata.name)));
  assert.ok(before.length >= 5);
  for (const { metadata } of before) assert.equal(metadata.labels?.['app.kubernetes.io/managed-by'], 'stash.appscode.com');

  await applyCatalog(cluster, log);
  assert.deepEqual(said, []);
  for (const { metadata } of before) assert.equal((await read(metadata.name)).metadata.resourceVersion, metadata.resourceVersion);

  const [files] = (await readCatalog()).filter(({ metadata }) => metadata.name === 'files') as [StashFunction];
  const mine = { ...files, metadata: { name: 'files' }, spec: { supports: ['Restore'] } };
  try {
    await apply(cluster, mine as StashFunction, { fieldManager: 'somebody', force: true });
    await applyCatalog(cluster, log);
    assert.deepEqual(said, ['Function files of the catalog has been changed by somebody and stays so']);
    assert.deepEqual((await read('files')).spec.supports, ['Restore']);
  } finally {
    for (const { metadata } of before) {
      const path = `/apis/stash.appscode.com/v1beta1/functions/${metadata.name}`;
      await connection.send({ what: `delete ${metadata.name}`, method: 'DELETE', path });
    }
  }
});
