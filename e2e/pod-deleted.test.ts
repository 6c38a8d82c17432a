import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, DATA } from './harness/applications.ts';
import { askFor, configuration, inForce, repository, snapshotsOf, succeeded, target } from './harness/backup.ts';
import { apply, kubectl, list } from './harness/kubectl.ts';
import { ownNamespace } from './harness/namespace.ts';
import { readRepository } from './harness/snapshots.ts';
import { heldUp, restStorage, setValve } from './harness/storage.ts';
import { waitFor } from './harness/wait-for.ts';

test('pods that are deleted during their uploads: others do it once more, and leave one snapshot each and no lock; right before, they are waited for', async (t) => {
  const namespace = await ownNamespace(t);
  const storage = await restStorage(namespace, { valve: true });
  await repository(namespace, storage);
  const retentionPolicy = { name: 'all', keepLast: 10, prune: true };
  await apply(
    namespace,
    application('StatefulSet', 'shop'),
    application('Deployment', 'web'),
    configuration('shop', { retentionPolicy, target: target('StatefulSet', 'shop', { alias: 'shop', paths: [DATA] }) }),
    configuration('web', { retentionPolicy, target: target('Deployment', 'web', { alias: 'web', paths: [DATA] }) }),
  );
  await Promise.all([inForce(namespace, 'shop', 'statefulset/shop'), inForce(namespace, 'web', 'deployment/web')]);
  await setValve(namespace, 'held');
  await Promise.all([askFor(namespace, 'shop', 'shop-now'), askFor(namespace, 'web', 'web-now')]);
  await heldUp(namespace, 2);
  const [web] = await list('pods', namespace, 'app=web');
  const inNamespace = ['--namespace', namespace, '--wait=false'];
  await kubectl(['delete', 'pod', 'shop-0', ...inNamespace, '--force', '--grace-period=0']);
  await kubectl(['delete', 'pod', web?.metadata.name ?? '', ...inNamespace]);
  await setValve(namespace, 'open');
  const sessions = await Promise.all(['shop-now', 'web-now'].map((name) => succeeded(namespace, name)));
  for (const { status } of sessions) assert.equal(status.targets[0].stats[0].attempts, 2);
  await kubectl(['delete', 'pod', '--selector=app=web', ...inNamespace]);
  const names = [askFor(namespace, 'shop', 'shop-next'), askFor(namespace, 'web', 'web-next')];
  const next = await Promise.all((await Promise.all(names)).map((name) => succeeded(namespace, name)));
  const ids = [...sessions, ...next].flatMap((session) => Object.values(snapshotsOf(session)));
  const read = () => readRepository(namespace, storage.url);
  const { snapshots } = await waitFor('the locks are gone', read, ({ locks }) => locks.length === 0, { seconds: 90 });
  assert.deepEqual(snapshots.map(({ id }) => id).toSorted(), ids.toSorted());
});
