import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, DATA } from '../harness/applications.ts';
import { askFor, configuration, inForce, repository, snapshotsOf, succeeded, target } from '../harness/backup.ts';
import { apply, get, kubectl, list } from '../harness/kubectl.ts';
import { ownNamespace } from '../harness/namespace.ts';
import { readRepository } from '../harness/snapshots.ts';
import { heldUp, restStorage, setValve } from '../harness/storage.ts';
import { waitFor } from '../harness/wait-for.ts';

const KINDS = { shop: 'StatefulSet', web: 'Deployment' } as const;
const NAMES = Object.keys(KINDS) as (keyof typeof KINDS)[];

test('sidecars that change during an upload: the pods end in order, and their successors do it once more', async (t) => {
  const namespace = await ownNamespace(t);
  const storage = await restStorage(namespace, { valve: true });
  await repository(namespace, storage);
  const wanted = (name: keyof typeof KINDS, more: object = {}) =>
    configuration(name, { target: target(KINDS[name], name, { alias: name, paths: [DATA] }), ...more });
  await apply(namespace, ...NAMES.map((name) => application(KINDS[name], name)), ...NAMES.map((name) => wanted(name)));
  await Promise.all(NAMES.map((name) => inForce(namespace, name, `${KINDS[name].toLowerCase()}/${name}`)));
  const pods = async () => new Set((await list('pods', namespace, 'app in (shop,web)')).map(({ metadata }) => metadata.uid));
  const before = await pods();
  await setValve(namespace, 'held');
  await Promise.all(NAMES.map((name) => askFor(namespace, name, `${name}-now`)));
  await heldUp(namespace, NAMES.length);

  const runtimeSettings = { container: { resources: { limits: { memory: '777Mi' } } } };
  await apply(namespace, ...NAMES.map((name) => wanted(name, { runtimeSettings })));
  for (const name of NAMES) {
    const changed = (one: Awaited<ReturnType<typeof get>>) => JSON.stringify(one?.spec.template).includes('777Mi');
    await waitFor(`the sidecar of ${name} is another`, () => get(KINDS[name].toLowerCase(), name, namespace), changed);
  }
  const replaced = async () => [...(await pods())].filter((uid) => before.has(uid));
  await waitFor('the pods are replaced', replaced, (left) => left.length === 0, { seconds: 120 });
  await setValve(namespace, 'open');
  const sessions = await Promise.all(NAMES.map((name) => succeeded(namespace, `${name}-now`)));
  for (const { status } of sessions) assert.equal(status.targets[0].stats[0].attempts, 2);
  for (const name of NAMES)
    await kubectl(['rollout', 'status', `${KINDS[name].toLowerCase()}/${name}`, '--namespace', namespace, '--timeout=90s']);
  const ids = sessions.flatMap((session) => Object.values(snapshotsOf(session)));
  const read = () => readRepository(namespace, storage.url);
  const { snapshots } = await waitFor('the locks are gone', read, ({ locks }) => locks.length === 0, { seconds: 90 });
  assert.deepEqual(snapshots.map(({ id }) => id).toSorted(), ids.toSorted());
});
