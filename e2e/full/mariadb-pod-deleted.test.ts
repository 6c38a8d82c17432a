import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inside } from '../harness/applications.ts';
import { askFor, inPlace, snapshotsOf, succeeded } from '../harness/backup.ts';
import { NO_IMAGE } from '../harness/database.ts';
import { apply, get, kubectl } from '../harness/kubectl.ts';
import { oneServer } from '../harness/one-server.ts';
import { readRepository } from '../harness/snapshots.ts';
import { heldUp, setValve } from '../harness/storage.ts';
import { waitFor } from '../harness/wait-for.ts';

const POD = 'orders-0';
const attempts = ({ status }: Awaited<ReturnType<typeof succeeded>>): number => status.targets[0].stats[0].attempts;

test('the pod of a MariaDB is deleted while mariadb-backup reads it, and again during the upload: each backup is made', {
  skip: NO_IMAGE,
}, async (t) => {
  const { namespace, storage, orders, sql, sums } = await oneServer(t);
  const cut = async (...how: string[]) => {
    await kubectl(['delete', 'pod', POD, '--namespace', namespace, ...how]);
    await waitFor('the server is back', sums, (text) => text !== '', { seconds: 120 });
  };

  // Who has this lock keeps mariadb-backup from its end, until the server ends.
  await inside(namespace, POD, `mariadb -uroot -e 'BACKUP STAGE START; SELECT SLEEP(600)' >/dev/null 2>&1 &`, 'mariadb');
  await waitFor(
    'the lock is held',
    () => sql(`SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'`),
    (n) => n === '1',
  );
  await askFor(namespace, 'orders', 'full', { alias: 'full' });
  const steps = async (): Promise<{ name: string; state?: string }[]> =>
    (await get('backupsessions.stash.appscode.com', 'full', namespace))?.status?.targets?.[0]?.stats?.[0]?.steps ?? [];
  await waitFor('mariadb-backup reads', steps, (all) => all.at(-1)?.name === 'mariadb-physical', { seconds: 90 });
  // Its server ends before its agent.
  await cut();
  const full = await succeeded(namespace, 'full', { seconds: 240 });
  assert.equal(full.status.operation.performed, 'Full');
  // And once more for each time that the server was not up yet.
  assert.ok(attempts(full) >= 2);

  await sql('DELETE FROM shop.fixed WHERE id % 7 = 0');
  await setValve(namespace, 'held');
  await askFor(namespace, 'orders', 'incremental', { alias: 'incremental' });
  await heldUp(namespace);
  await cut('--force', '--grace-period=0');
  await setValve(namespace, 'open');
  const incremental = await succeeded(namespace, 'incremental', { seconds: 240 });
  const { performed, reason } = incremental.status.operation;
  assert.deepEqual([performed, reason], ['Full', 'FullMissing'], 'its stage went with the pod');
  assert.ok(attempts(incremental) >= 2);

  const wanted = await sums();
  const [id = ''] = Object.values(snapshotsOf(incremental));
  const read = () => readRepository(namespace, storage.url);
  const { snapshots } = await waitFor('the locks are gone', read, ({ locks }) => locks.length === 0, { seconds: 150 });
  assert.ok(snapshots.some((one) => one.id === id));
  await sql('DROP TABLE shop.fixed');
  await apply(namespace, inPlace('undo', { ...orders, rules: [{ snapshots: [id] }] }, { task: { name: 'mariadb-restore' } }));
  await succeeded(namespace, 'undo', { kind: 'restoresessions' });
  await waitFor('the table is back', sums, (sum) => sum === wanted);
});
