import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, DATA } from '../harness/applications.ts';
import { askFor, configuration, inForce, repository, succeeded, target } from '../harness/backup.ts';
import { apply, get } from '../harness/kubectl.ts';
import { ownNamespace, reportFailure } from '../harness/namespace.ts';
import { SYSTEM } from '../harness/release.ts';
import { shell } from '../harness/shell.ts';
import { readRepository } from '../harness/snapshots.ts';
import { heldUp, restStorage, setValve } from '../harness/storage.ts';
import { waitFor } from '../harness/wait-for.ts';

// How a node loses its power and gets it back depends on the cluster: its name and two shell commands.
const { STASH_E2E_NODE: node = '', STASH_E2E_NODE_STOP: stop = '', STASH_E2E_NODE_START: start = '' } = process.env;
const skip =
  node === '' || stop === '' || start === '' ? 'set STASH_E2E_NODE, and STASH_E2E_NODE_STOP and ..._START to shell commands' : false;

test('a node that stops during a backup and comes back: the backup is made after all, once, and its lock goes', { skip }, async (t) => {
  reportFailure(t, SYSTEM);
  const namespace = await ownNamespace(t);
  const storage = await restStorage(namespace, { valve: true, notOn: node });
  await repository(namespace, storage);
  const retentionPolicy = { name: 'all', keepLast: 10, prune: true };
  await apply(
    namespace,
    application('StatefulSet', 'shop', { node }),
    configuration('shop', { retentionPolicy, target: target('StatefulSet', 'shop', { alias: 'shop', paths: [DATA] }) }),
  );
  await inForce(namespace, 'shop', 'statefulset/shop');
  await setValve(namespace, 'held');
  await askFor(namespace, 'shop', 'now');
  await heldUp(namespace);
  const ready = async () => (await get('node', node))?.status.conditions.find(({ type }: { type: string }) => type === 'Ready')?.status;
  shell(stop);
  try {
    await waitFor('the node is lost', ready, (status) => status !== 'True', { seconds: 60 });
  } finally {
    shell(start);
  }
  await waitFor('the node is back', ready, (status) => status === 'True', { seconds: 60 });
  await setValve(namespace, 'open');
  await succeeded(namespace, 'now', { seconds: 180 });
  const read = () => readRepository(namespace, storage.url);
  const { snapshots } = await waitFor('the lock is gone', read, ({ locks }) => locks.length === 0, { seconds: 90 });
  assert.equal(snapshots.length, 1);
  const operators = async () => (await get('deployment', 'stash-operator', SYSTEM))?.status;
  await waitFor('all operators are back', operators, (status) => status?.readyReplicas === status?.replicas, { seconds: 90 });
});
