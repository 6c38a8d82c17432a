import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, DATA } from '../harness/applications.ts';
import { askFor, configuration, inForce, repository, sessionsOf, succeeded, target } from '../harness/backup.ts';
import { apply, list } from '../harness/kubectl.ts';
import { ownNamespace, reportFailure } from '../harness/namespace.ts';
import { replaceLeader, SYSTEM } from '../harness/release.ts';
import { readRepository } from '../harness/snapshots.ts';
import { heldUp, restStorage, type Storage, setValve, sharedStorage } from '../harness/storage.ts';
import { waitFor } from '../harness/wait-for.ts';

const TICKS = 3;

test('one operator after the other ends: no tick is lost or doubled, and a backup that has begun is gone on with', async (t) => {
  reportFailure(t, SYSTEM);
  const [ticking, held] = [await ownNamespace(t), await ownNamespace(t)];
  const storage = await restStorage(held, { valve: true });
  await Promise.all([web(ticking, sharedStorage(ticking), { schedule: '* * * * *' }), web(held, storage, {})]);
  const ticks = async (count: number) => {
    const done = async () => (await sessionsOf(ticking, 'web')).filter(({ status }) => status?.phase === 'Succeeded');
    return waitFor(`${count} ticks`, done, (all) => all.length >= count, { seconds: count * 60 + 60 });
  };
  await setValve(held, 'held');
  await askFor(held, 'web', 'now');
  await heldUp(held);
  await replaceLeader('--wait=false');
  await setValve(held, 'open');
  const session = await succeeded(held, 'now');
  assert.equal(session.status.targets[0].stats[0].attempts, 1);
  const { snapshots } = await readRepository(held, storage.url);
  assert.equal(snapshots.length, 1);

  await ticks(1);
  // Its lease is not given back, but runs out.
  await replaceLeader('--force', '--grace-period=0');
  await ticks(TICKS);
  const all = await sessionsOf(ticking, 'web');
  const times = all.map(({ spec }) => Date.parse(spec.scheduledTime) / 60_000).toSorted((one, other) => one - other);
  const [first = 0] = times;
  assert.deepEqual(
    times,
    times.map((_, index) => first + index),
    'each minute once',
  );
  const twoAgain = async () => (await list('pods', SYSTEM, 'app.kubernetes.io/component=stash-operator')).length;
  await waitFor('two operators again', twoAgain, (count) => count === 2);
});

async function web(namespace: string, storage: Storage, more: object): Promise<void> {
  await repository(namespace, storage);
  await apply(
    namespace,
    application('Deployment', 'web'),
    configuration('web', { target: target('Deployment', 'web', { paths: [DATA] }), ...more }),
  );
  await inForce(namespace, 'web', 'deployment/web');
}
