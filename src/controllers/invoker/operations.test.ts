import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { KindMap } from '../../api/kinds.ts';
import { invokerOf } from '../../rules/invoker.ts';
import { readCatalog } from '../catalog.ts';
import { applyBasics, configuration, manifest, repository } from '../testing/manifests.ts';
import { testOperator } from '../testing/operator.ts';
import { checkOperations } from './operations.ts';

const operator = await testOperator();
after(() => operator.close());
await applyBasics(operator.store);

const CASES: [what: string, kind: string, target: object, state: string][] = [
  ['names nothing', 'Deployment', {}, 'Invalid'],
  ['names a directory', 'Deployment', { paths: ['/data'] }, 'Unscheduled'],
  ['names a volume', 'StatefulSet', { volumeMounts: [{ name: 'data', mountPath: '/data' }] }, 'Unscheduled'],
  ['is a claim, all of which is meant', 'PersistentVolumeClaim', {}, 'Unscheduled'],
];
for (const [what, kind, target, state] of CASES)
  test(`in a cluster an alias for files is ${state} where its target ${what}`, async () => {
    const { store, platform } = operator.ctx();
    const ctx = { store, platform: { ...platform, place: 'Cluster' as const } };
    const apiVersion = kind === 'PersistentVolumeClaim' ? 'v1' : 'apps/v1';
    const object = manifest({
      apiVersion: 'stash.appscode.com/v1beta1',
      kind: 'BackupConfiguration',
      metadata: { namespace: 'shop', name: 'web' },
      spec: {
        repository: { name: 'repo' },
        execOps: [{ alias: 'backup' }],
        task: { name: 'files' },
        target: { ref: { apiVersion, kind, name: 'web' }, ...target },
        retentionPolicy: { name: 'keep', keepLast: 1 },
      },
    }) as BackupConfiguration;
    const [checked] = await checkOperations(ctx, invokerOf(object), await readCatalog(ctx));
    assert.equal(checked?.state, state, checked?.message);
    if (state === 'Invalid') assert.match(checked?.message ?? '', /Deployment web names neither paths nor volumeMounts/);
  });

test('an alias of a Task that was written for Stash says that such Tasks do not reach a Repository on a volume', async () => {
  const { store, platform } = operator.ctx();
  const apiVersion = 'stash.appscode.com/v1beta1';
  const dump = { apiVersion, kind: 'Function', metadata: { name: 'dump' }, spec: { image: 'dump:1' } };
  await store.create('Function', manifest(dump) as KindMap['Function']);
  const dumps = { apiVersion, kind: 'Task', metadata: { name: 'dumps' }, spec: { steps: [{ name: 'dump' }] } };
  await store.create('Task', manifest(dumps) as KindMap['Task']);
  const inRest = { rest: { url: 'http://storage:8000/' }, storageSecretName: 'storage' };
  await store.create('Repository', repository('away', { backend: inRest }));
  const stateWith = async (name: string) => {
    const ref = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: 'data' };
    const object = configuration('web', { repository: { name }, execOps: [{ alias: 'web' }], task: { name: 'dumps' } }, { ref });
    const ctx = { store, platform: { ...platform, place: 'Cluster' as const } };
    return (await checkOperations(ctx, invokerOf(object), await readCatalog(ctx)))[0];
  };
  assert.equal((await stateWith('away'))?.state, 'Unscheduled');
  const checked = await stateWith('repo');
  assert.equal(checked?.state, 'NotSupportedYet');
  assert.match(checked?.message ?? '', /Repository shop\/repo \(spec.backend.local\)\. Give the alias a Repository in other storage/);
});
