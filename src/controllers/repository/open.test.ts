import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { applyBasics, manifest } from '../testing/manifests.ts';
import { testOperator } from '../testing/operator.ts';
import { openRepository } from './open.ts';

const operator = await testOperator();
after(() => operator.close());
await applyBasics(operator.store);
const ref = { namespace: 'shop', name: 'repo' };
const inCluster = () => {
  const ctx = operator.ctx();
  return { ...ctx, platform: { ...ctx.platform, place: 'Cluster' as const } };
};

test('a Repository of another namespace is not lent; in a cluster it takes the gateway', async () => {
  await assert.rejects(openRepository(operator.ctx(), ref, 'other'), (error) => isCode(error, 'LayoutSingle'));
  await assert.rejects(openRepository(inCluster(), ref, 'other'), (error) => isCode(error, 'GatewayRequired'));
});

test('a local backend is refused where agents do not see its directory, before anything is stored in a place that goes with a pod', async () => {
  const backend = { storageSecretName: 'storage', local: { mountPath: '/srv/backup' } };
  const { namespace } = ref;
  const here = manifest({
    apiVersion: 'stash.appscode.com/v1alpha1',
    kind: 'Repository',
    metadata: { namespace, name: 'here' },
    spec: { backend },
  });
  await operator.store.create('Repository', here as Parameters<typeof operator.store.create<'Repository'>>[1]);
  const known = { namespace, name: 'here' };
  await assert.rejects(
    openRepository(inCluster(), known, namespace),
    (error) => isCode(error, 'NotSupportedYet') && /local/.test(error.message),
  );
});
