import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, DATA } from '../harness/applications.ts';
import { askFor, configuration, ended, inForce, repository, succeeded, target } from '../harness/backup.ts';
import { apply, get } from '../harness/kubectl.ts';
import { ownNamespace } from '../harness/namespace.ts';
import { readRepository } from '../harness/snapshots.ts';
import { restStorage, setValve, sharedStorage } from '../harness/storage.ts';
import { waitFor } from '../harness/wait-for.ts';

test('of two repositories one that is away, known to be or not, keeps nothing from the other', async (t) => {
  const namespace = await ownNamespace(t);
  const near = sharedStorage(namespace);
  const far = await restStorage(namespace, { valve: true });
  await repository(namespace, near);
  await repository(namespace, far, 'far');
  await apply(
    namespace,
    application('Deployment', 'web'),
    configuration('web', {
      repository: undefined,
      repositories: [{ name: 'repo' }, { name: 'far' }],
      target: target('Deployment', 'web', { paths: [DATA] }),
    }),
  );
  await inForce(namespace, 'web', 'deployment/web');
  const partly = async (name: string) => {
    const { status } = await ended(namespace, await askFor(namespace, 'web', name));
    assert.deepEqual([status.phase, status.reason], ['Failed', 'StoredPartly'], status.message);
    type Result = { name: string; phase: string; errorCode?: string };
    const results: Result[] = status.targets[0].stats[0].repositories;
    assert.deepEqual(
      results.map((one) => [one.name, one.phase, one.errorCode]),
      [
        ['repo', 'Stored', undefined],
        ['far', 'Failed', 'StorageUnreachable'],
      ],
    );
  };
  await succeeded(namespace, await askFor(namespace, 'web', 'both'));
  await setValve(namespace, 'away');
  await partly('unknown');
  const phase = async () => (await get('repositories.stash.appscode.com', 'far', namespace))?.status?.phase;
  await waitFor('it is known', phase, (one) => one === 'NotReady', { seconds: 90 });
  await partly('known');
  await setValve(namespace, 'open');
  await succeeded(namespace, await askFor(namespace, 'web', 'again'));
  const counts = await Promise.all([near, far].map(async ({ url }) => (await readRepository(namespace, url)).snapshots.length));
  assert.deepEqual(counts, [4, 2]);
});
