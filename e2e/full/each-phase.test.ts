import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { application, DATA, inside } from '../harness/applications.ts';
import { askFor, configuration, ended, inForce, repository, snapshotsOf, succeeded, target } from '../harness/backup.ts';
import { apply, get, kubectl, list } from '../harness/kubectl.ts';
import { ownNamespace } from '../harness/namespace.ts';
import { replaceLeader } from '../harness/release.ts';
import { readRepository } from '../harness/snapshots.ts';
import { heldUp, restStorage, type Storage, setValve } from '../harness/storage.ts';
import { waitFor } from '../harness/wait-for.ts';

const POD = 'shop-0';
const KILLED = ['--force', '--grace-period=0'];

test('the operator is killed in each phase of a backup, while another waits for its slot: both are made, once', async (t) => {
  const { namespace, storage } = await shop(t);
  await setValve(namespace, 'held');
  await askFor(namespace, 'shop', 'first', { alias: 'first' });
  await inHook(namespace, 'before', 1);
  await askFor(namespace, 'shop', 'second', { alias: 'second' });
  const waits = () => get('backupsessions.stash.appscode.com', 'second', namespace);
  await waitFor('the other waits', waits, (one) => one?.status?.reason === 'SlotTaken');
  await replaceLeader(...KILLED);
  await inHook(namespace, 'before', 2);
  await letHookEnd(namespace, 'before');
  await heldUp(namespace);
  await replaceLeader(...KILLED);
  await setValve(namespace, 'open');
  await inHook(namespace, 'after', 1);
  await replaceLeader(...KILLED);
  await inHook(namespace, 'after', 2);
  await setValve(namespace, 'held');
  await letHookEnd(namespace, 'after');
  const maintained = async () => (await get('repositories.stash.appscode.com', 'repo', namespace))?.status?.maintenance?.phase;
  await waitFor('what was stored is recorded', maintained, (phase) => phase === 'Running', { seconds: 90 });
  await replaceLeader(...KILLED);
  await setValve(namespace, 'open');
  const sessions = await Promise.all(['first', 'second'].map((name) => succeeded(namespace, name, { seconds: 240 })));
  for (const { status } of sessions) assert.equal(status.targets[0].stats[0].attempts, 1);
  await holdsJust(namespace, storage, sessions);
});

for (const hook of ['before', 'after'] as const)
  test(`a pod is deleted during the hook ${hook} a backup: the session fails with the hook; the next one is made`, async (t) => {
    const { namespace, storage } = await shop(t);
    if (hook === 'after') await letHookEnd(namespace, 'before');
    await askFor(namespace, 'shop', 'cut', { alias: 'first' });
    await inHook(namespace, hook, 1);
    await kubectl(['delete', 'pod', POD, '--namespace', namespace, ...KILLED]);
    const again = async () => (await list('pods', namespace, 'app=shop')).every(({ status }) => status.containerStatuses?.[0]?.ready);
    await waitFor('its successor is ready', again, (ready) => ready, { seconds: 120 });
    for (const each of ['before', 'after'] as const) await letHookEnd(namespace, each);
    const cut = await ended(namespace, 'cut', { seconds: 240 });
    assert.deepEqual([cut.status.phase, cut.status.reason], ['Failed', 'HookFailed'], cut.status.message);
    assert.match(cut.status.message, /status 137 in container app of pod/);
    const next = await succeeded(namespace, await askFor(namespace, 'shop', 'next', { alias: 'first' }));
    await holdsJust(namespace, storage, [cut, next]);
  });

/** A StatefulSet whose hooks before and after a backup wait until they are let go. */
async function shop(t: TestContext) {
  const namespace = await ownNamespace(t);
  const storage = await restStorage(namespace, { valve: true });
  await repository(namespace, storage);
  const hook = (name: string) => ({
    exec: { command: ['sh', '-c', `echo ran >>/tmp/${name}; while [ ! -e /tmp/go-${name} ]; do sleep 0.2; done`] },
    containerName: 'app',
  });
  await apply(
    namespace,
    application('StatefulSet', 'shop'),
    configuration('shop', {
      execOps: [{ alias: 'first' }, { alias: 'second' }],
      retentionPolicy: { name: 'all', keepLast: 10, prune: true },
      target: target('StatefulSet', 'shop', { alias: 'shop', paths: [DATA] }),
      hooks: { preBackup: hook('before'), postBackup: hook('after') },
    }),
  );
  await inForce(namespace, 'shop', 'statefulset/shop');
  return { namespace, storage };
}

async function inHook(namespace: string, name: string, times: number): Promise<void> {
  const ran = async () => Number(await inside(namespace, POD, `cat /tmp/${name} 2>/dev/null | wc -l`));
  await waitFor(`the hook ${name} has begun ${times} times`, ran, (lines) => lines >= times, { seconds: 150 });
}

async function letHookEnd(namespace: string, name: string): Promise<void> {
  await inside(namespace, POD, `touch /tmp/go-${name}`);
}

/** The repository holds what the sessions say that they stored, and no lock. */
async function holdsJust(namespace: string, { url }: Storage, sessions: Parameters<typeof snapshotsOf>[0][]): Promise<void> {
  const ids = sessions.flatMap((session) => Object.values(snapshotsOf(session)));
  const read = () => readRepository(namespace, url);
  const { snapshots } = await waitFor('the locks are gone', read, ({ locks }) => locks.length === 0, { seconds: 150 });
  assert.deepEqual(snapshots.map(({ id }) => id).toSorted(), ids.toSorted());
}
