import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, claimOf } from './harness/applications.ts';
import { askFor, configuration, ended, inForce, repository, succeeded, target } from './harness/backup.ts';
import { apply, kubectl, list } from './harness/kubectl.ts';
import { metricsOf } from './harness/metrics.ts';
import { ownNamespace } from './harness/namespace.ts';
import { leader, SYSTEM } from './harness/release.ts';
import { sharedStorage } from './harness/storage.ts';

test('the operator that leads serves the metrics of real sessions, one that failed and one that did not; others serve none', async (t) => {
  const namespace = await ownNamespace(t);
  await repository(namespace, sharedStorage(namespace));
  await apply(namespace, claimOf('uploads'), application('Deployment', 'uploads', { claim: 'uploads', size: 100_000 }));
  await apply(
    namespace,
    configuration('uploads', {
      target: target('PersistentVolumeClaim', 'uploads', { alias: 'uploads' }),
      execOps: [{ alias: 'backup', schedule: '0 0 1 1 *' }],
    }),
    configuration('missing', { target: target('PersistentVolumeClaim', 'not-there', { alias: 'missing' }) }),
  );
  await kubectl(['rollout', 'status', 'deployment/uploads', '--namespace', namespace, '--timeout=150s']);
  await inForce(namespace, 'uploads');
  await askFor(namespace, 'uploads', 'good', { alias: 'backup' });
  await askFor(namespace, 'missing', 'bad', { alias: 'backup' });
  await succeeded(namespace, 'good');
  assert.equal((await ended(namespace, 'bad')).status.phase, 'Failed');

  const leads = await leader();
  const told = await metricsOf(leads);
  const of = (name: string, invoker: string) =>
    told
      .filter((line) => line.startsWith(`stash_appscode_com_${name}{`) && line.includes(`namespace="${namespace}"`))
      .filter((line) => line.includes(`invoker_name="${invoker}"`))
      .map((line) => Number(line.split(' ').at(-1)));
  assert.deepEqual([of('backupsession_success', 'uploads'), of('backupsession_success', 'missing')], [[1], [0]]);
  assert.ok((of('backupsession_host_data_size_bytes', 'uploads')[0] ?? 0) >= 100_000);
  assert.ok((of('alias_next_run_time_seconds', 'uploads')[0] ?? 0) > Date.now() / 1000);
  assert.deepEqual([of('backupsession_failure', 'uploads'), of('backupsession_failure', 'missing')], [[], [1]]);
  const usable = told.find((line) => line.startsWith(`stash_appscode_com_repository_usable{`) && line.includes(`namespace="${namespace}"`));
  assert.match(usable ?? '', /name="repo",backend="rest".* 1$/);

  for (const { metadata } of await list('pods', SYSTEM, 'app.kubernetes.io/component=stash-operator')) {
    const lines = await metricsOf(metadata.name);
    assert.ok(lines.includes(`stash_leader ${metadata.name === leads ? 1 : 0}`), metadata.name);
    assert.equal(
      lines.some((line) => line.startsWith('stash_appscode_com_')),
      metadata.name === leads,
    );
  }
});
