import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, DATA } from '../harness/applications.ts';
import { askFor, configuration, ended, inForce, repository, succeeded, target } from '../harness/backup.ts';
import { apply } from '../harness/kubectl.ts';
import { ownNamespace } from '../harness/namespace.ts';
import { sharedStorage } from '../harness/storage.ts';

test('a restore into claims that get no volume fails with what the cluster says of them', async (t) => {
  const namespace = await ownNamespace(t);
  await repository(namespace, sharedStorage(namespace));
  const about = target('Deployment', 'web', { paths: [DATA] });
  await apply(namespace, application('Deployment', 'web'), configuration('web', { target: about }));
  await inForce(namespace, 'web', 'deployment/web');
  await succeeded(namespace, await askFor(namespace, 'web', 'now'));
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'nobody-has-this', resources: { requests: { storage: '64Mi' } } };
  await apply(namespace, {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'RestoreSession',
    metadata: { name: 'copy' },
    spec: {
      repository: { name: 'repo' },
      target: { volumeMounts: [{ name: 'copy', mountPath: DATA }], volumeClaimTemplates: [{ metadata: { name: 'copy' }, spec }] },
    },
  });
  const { status } = await ended(namespace, 'copy', { kind: 'restoresessions', seconds: 240 });
  assert.equal(status.phase, 'Failed');
  assert.match(status.message, /cannot be scheduled.*PersistentVolumeClaim copy: .*"nobody-has-this" not found/);
});
