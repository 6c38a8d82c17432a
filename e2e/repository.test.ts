import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apply, get, kubectl } from './harness/kubectl.ts';
import { ownNamespace } from './harness/namespace.ts';
import { restStorage } from './harness/storage.ts';
import { waitFor } from './harness/wait-for.ts';

test('a Repository on a REST server in its namespace is made and becomes Ready, soon after its Secret was corrected too, and is let go when it is deleted', async (t) => {
  const namespace = await ownNamespace(t);
  const { backend } = await restStorage(namespace);
  await apply(
    namespace,
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'storage' }, stringData: { RESTIC_PASSWORD: 'e2e' } },
    {
      apiVersion: 'stash.appscode.com/v1alpha1',
      kind: 'Repository',
      metadata: { name: 'here' },
      spec: { backend: { ...backend, storageSecretName: 'storage' } },
    },
  );
  const read = () => get('repositories.stash.appscode.com', 'here', namespace);
  const ready = await waitFor('the Repository is Ready', read, (one) => one?.status?.phase === 'Ready', { seconds: 120 });
  assert.ok(ready?.status.repositoryID);
  await corrected(namespace, backend);
  await kubectl(['delete', 'repositories.stash.appscode.com', 'here', '--namespace', namespace, '--wait=false']);
  await waitFor('the Repository is gone', read, (one) => one === undefined);
});

/** Nobody tells the operator of Secrets. */
async function corrected(namespace: string, backend: object): Promise<void> {
  const spec = { backend: { ...backend, storageSecretName: 'mistaken' } };
  const secret = (RESTIC_PASSWORD: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'mistaken' },
    stringData: { RESTIC_PASSWORD },
  });
  await apply(namespace, secret('wrong'), {
    apiVersion: 'stash.appscode.com/v1alpha1',
    kind: 'Repository',
    metadata: { name: 'again' },
    spec,
  });
  const read = () => get('repositories.stash.appscode.com', 'again', namespace);
  await waitFor('the password is wrong', read, (one) => one?.status?.error?.code === 'WrongPassword' && one.status.probeFailures > 1, {
    seconds: 120,
  });
  await apply(namespace, secret('e2e'));
  await waitFor('the password is right', read, (one) => one?.status?.phase === 'Ready', { seconds: 50 });
}
