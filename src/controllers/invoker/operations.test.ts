import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import { invokerOf } from '../../rules/invoker.ts';
import { readCatalog } from '../catalog.ts';
import { applyBasics, manifest } from '../testing/manifests.ts';
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
