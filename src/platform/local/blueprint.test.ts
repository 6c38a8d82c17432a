import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { AnyObject } from '../../api/object.ts';
import { type Machine, machine } from './testing/machine.ts';

let stash: Machine;
before(async () => {
  stash = await machine();
  await stash.up();
});
after(() => stash.dispose());

test('on one machine an annotated AppBinding is set up after its blueprint, follows it, and is let go', async () => {
  await stash.apply(application({ 'stash.appscode.com/backup-blueprint': 'databases' }), blueprint('@daily'));
  const configured = (schedule: string) =>
    stash.until(
      'BackupConfiguration',
      'app-orders',
      `scheduled ${schedule}`,
      (one) => one?.status?.execOps?.[0]?.understoodSchedule === schedule,
    );
  const made = await configured('0 0 * * *');
  assert.equal(made.status?.conditions?.find(({ type }) => type === 'BlueprintFollowed')?.status, 'True');
  await stash.apply(blueprint('@weekly'));
  await configured('0 0 * * 0');
  await stash.apply(application({}));
  await stash.gone('BackupConfiguration', 'app-orders');
  const repository = await stash.store.get('Repository', { namespace: 'default', name: 'app-orders' });
  assert.equal(repository?.spec.backend.local?.subPath, 'default/appbinding/orders');
});

function blueprint(schedule: string): AnyObject {
  const local = { mountPath: join(stash.dir, 'repositories'), subPath: '${TARGET_NAMESPACE}/${TARGET_KIND}/${TARGET_NAME}' };
  const spec = { backend: { storageSecretName: 'storage', local }, schedule, retentionPolicy: { name: 'k', keepLast: 2 } };
  return { apiVersion: 'stash.appscode.com/v1beta1', kind: 'BackupBlueprint', metadata: { name: 'databases' }, spec };
}

function application(annotations: Record<string, string>): AnyObject {
  const metadata = { name: 'orders', namespace: 'default', annotations };
  const spec = { type: 'mariadb', clientConfig: { url: 'tcp(127.0.0.1:1)/' } };
  return { apiVersion: 'appcatalog.appscode.com/v1alpha1', kind: 'AppBinding', metadata, spec };
}
