import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, DATA } from './harness/applications.ts';
import { askFor, configuration, ended, inForce, repository, sessionsOf, succeeded, target } from './harness/backup.ts';
import { apply } from './harness/kubectl.ts';
import { ownNamespace } from './harness/namespace.ts';
import { readRepository } from './harness/snapshots.ts';
import { heldUp, restStorage, setValve } from './harness/storage.ts';
import { waitFor } from './harness/wait-for.ts';

test('storage that goes away: an upload outlives it; a backup that begins meanwhile fails, says so, and is repeated', async (t) => {
  const namespace = await ownNamespace(t);
  const storage = await restStorage(namespace, { valve: true });
  await repository(namespace, storage);
  await apply(
    namespace,
    application('Deployment', 'web'),
    configuration('web', { target: target('Deployment', 'web', { paths: [DATA] }), retryConfig: { maxRetry: 1, delay: '10s' } }),
  );
  await inForce(namespace, 'web', 'deployment/web');
  await setValve(namespace, 'held');
  await askFor(namespace, 'web', 'begun');
  await heldUp(namespace);
  await setValve(namespace, 'away');
  await setValve(namespace, 'open');
  await succeeded(namespace, 'begun');

  await setValve(namespace, 'away');
  const failed = await ended(namespace, await askFor(namespace, 'web', 'meanwhile', { retryLeft: 1 }));
  assert.deepEqual([failed.status.phase, failed.status.reason], ['Failed', 'StorageUnreachable'], failed.status.message);
  await setValve(namespace, 'open');
  const repeats = async () => (await sessionsOf(namespace, 'web')).filter(({ spec }) => spec.retryOf === 'meanwhile');
  const [repeat] = await waitFor('it is repeated', repeats, (all) => all.length > 0);
  await succeeded(namespace, repeat?.metadata.name ?? '');
  const { snapshots } = await readRepository(namespace, storage.url);
  assert.equal(snapshots.length, 2);
});
