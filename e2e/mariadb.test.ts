import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inside } from './harness/applications.ts';
import { askFor, inForce, repository, snapshotsOf, succeeded, target } from './harness/backup.ts';
import { backedUp, databasePod, NO_IMAGE, PREPARED_SUMS, server } from './harness/database.ts';
import { apply, get, kubectl, list } from './harness/kubectl.ts';
import { ownNamespace } from './harness/namespace.ts';
import { sharedStorage } from './harness/storage.ts';
import { waitFor } from './harness/wait-for.ts';

test('two MariaDB servers under load are backed up twice by sidecars in their own image; the backups hold what they held', {
  skip: NO_IMAGE,
}, async (t) => {
  const namespace = await ownNamespace(t);
  const storage = sharedStorage(namespace);
  await repository(namespace, storage);
  await apply(
    namespace,
    server('orders', 2),
    // They know nothing of each other, so each is a primary.
    ...backedUp(target('StatefulSet', 'orders', { alias: 'orders', appBinding: { name: 'orders' } }), { source: 'All' }),
  );
  await inForce(namespace, 'orders', 'statefulset/orders');
  const pods = await list('pods', namespace, 'app=orders');
  assert.equal(new Set(pods.map(({ spec }) => spec.nodeName)).size, Math.min(2, (await list('nodes')).length));
  const written = () => inside(namespace, 'orders-0', "mariadb -uroot -BN -e 'SELECT COUNT(*) FROM shop.moves'", 'mariadb');
  const moves = async () => Number(await written());
  const before = await waitFor('the load', moves, (count) => count > 0);

  const first = await succeeded(namespace, await askFor(namespace, 'orders', 'first', { alias: 'full' }));
  const second = await succeeded(namespace, await askFor(namespace, 'orders', 'second', { alias: 'full' }));
  assert.ok((await moves()) > before, 'there was load meanwhile');
  for (const session of [first, second]) {
    assert.equal(session.status.operation.performed, 'Full');
    assert.deepEqual(Object.keys(snapshotsOf(session)), ['orders-0', 'orders-1']);
  }
  for (const [host, id] of Object.entries(snapshotsOf(second))) {
    const source = await inside(namespace, host, "mariadb -uroot -BN -e 'CHECKSUM TABLE shop.fixed'", 'mariadb');
    await apply(namespace, databasePod(`read-${host}`, storage.url, id, PREPARED_SUMS));
    const read = async () => (await get('pod', `read-${host}`, namespace))?.status?.phase as string | undefined;
    const phase = await waitFor('the backup was read', read, (one) => one === 'Succeeded' || one === 'Failed', { seconds: 120 });
    const said = await kubectl(['logs', `read-${host}`, '--namespace', namespace, '--container', 'mariadb']);
    assert.equal(phase, 'Succeeded', said);
    const [sum, balance] = said.trim().split('\n').slice(-2);
    assert.equal(sum, source.trim(), `checksum of ${host}`);
    assert.equal(balance, '0', 'what was moved together is there together');
  }
});
