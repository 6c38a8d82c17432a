import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inside } from './harness/applications.ts';
import { askFor, inForce, inPlace, repository, snapshotsOf, succeeded, target } from './harness/backup.ts';
import { backedUp, NO_IMAGE, SCHEMA, server } from './harness/database.ts';
import { apply, kubectl, list } from './harness/kubectl.ts';
import { ownNamespace } from './harness/namespace.ts';
import { sharedStorage } from './harness/storage.ts';
import { waitFor } from './harness/wait-for.ts';

const ACCOUNT = `CREATE USER 'replica'@'%' IDENTIFIED BY 'copy'; GRANT REPLICATION SLAVE ON *.* TO 'replica'@'%';`;
const ACCIDENT = 'DROP TABLE shop.fixed; SELECT @@last_gtid; DELETE FROM shop.moves WHERE id % 3 = 0;';
/** In each pod: the first is the primary, the others follow it. It may run twice. */
const CONNECT = `
case "$HOSTNAME" in *-0) exit 0 ;; esac
mariadb -uroot -e "STOP SLAVE; CHANGE MASTER TO MASTER_HOST='orders-0.orders', MASTER_USER='replica', MASTER_PASSWORD='copy',
  MASTER_CONNECT_RETRY=1, MASTER_USE_GTID=slave_pos; START SLAVE"`;

test('a MariaDB of a primary and a replica comes back, under load, to the transaction before an accident, and replicates', {
  skip: NO_IMAGE,
}, async (t) => {
  const namespace = await ownNamespace(t);
  await repository(namespace, sharedStorage(namespace));
  const orders = target('StatefulSet', 'orders', { alias: 'orders', appBinding: { name: 'orders' } });
  await apply(
    namespace,
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'orders' },
      spec: { clusterIP: 'None', publishNotReadyAddresses: true, selector: { app: 'orders' }, ports: [{ port: 3306 }] },
    },
    server('orders', 2, { empty: true }),
    ...backedUp(orders),
  );
  await inForce(namespace, 'orders', 'statefulset/orders');
  const pods = await list('pods', namespace, 'app=orders');
  assert.equal(new Set(pods.map(({ spec }) => spec.nodeName)).size, Math.min(2, (await list('nodes')).length));
  const sql = (pod: string, text: string) => inside(namespace, pod, `mariadb -uroot -BN <<'END'\n${text}\nEND`, 'mariadb');
  const replication = async () => {
    const text = await inside(namespace, 'orders-1', "mariadb -uroot -e 'SHOW ALL SLAVES STATUS\\G'", 'mariadb');
    const value = (name: string) => new RegExp(`^\\s*${name}: (.*)$`, 'm').exec(text)?.[1];
    return { io: value('Slave_IO_Running'), sql: value('Slave_SQL_Running'), errors: [value('Last_IO_Error'), value('Last_SQL_Error')] };
  };
  const replicates = () =>
    waitFor('the replica replicates', replication, (one) => one.io === 'Yes' && one.sql === 'Yes' && one.errors.join('') === '');
  const count = (pod: string) => async () => Number(await sql(pod, 'SELECT COUNT(*) FROM shop.moves'));
  const arrives = async () => {
    const written = await waitFor('the load', count('orders-0'), (rows) => rows > 0);
    await waitFor('writes arrive at the replica', count('orders-1'), (rows) => rows > written);
  };
  const sums = async (pod: string) => (await sql(pod, 'CHECKSUM TABLE shop.fixed')).trim();

  await sql('orders-0', `${SCHEMA}${ACCOUNT}`);
  await inside(namespace, 'orders-1', CONNECT, 'mariadb');
  await replicates();
  await arrives();
  await succeeded(namespace, await askFor(namespace, 'orders', 'full', { alias: 'full' }));
  const session = await succeeded(namespace, await askFor(namespace, 'orders', 'incremental', { alias: 'incremental' }));
  assert.equal(session.status.operation.performed, 'Incremental', session.status.message);
  assert.deepEqual(Object.keys(snapshotsOf(session)), ['orders-0'], 'of the two the primary alone');
  const before = await sums('orders-0');
  assert.match(before, /^shop\.fixed\t\d{3,}$/);
  const accident = (await sql('orders-0', ACCIDENT)).trim();
  await succeeded(namespace, await askFor(namespace, 'orders', 'log', { alias: 'log' }));

  await apply(
    namespace,
    inPlace('undo', orders, {
      task: { name: 'mariadb-restore' },
      pointInTime: { gtid: accident, exclusive: true },
      hooks: { postRestore: { exec: { command: ['sh', '-c', CONNECT] }, executionPolicy: 'OnSuccess' } },
    }),
  );
  const undone = await succeeded(namespace, 'undo', { kind: 'restoresessions' });
  const [source] = Object.values(snapshotsOf(session));
  for (const host of undone.status.plan)
    assert.deepEqual([host.sourceHost, host.snapshots.map(({ id }: { id: string }) => id)], ['orders-0', [source]]);
  const [, , sequence] = accident.split('-');
  assert.equal(undone.status.point.gtid, `0-1-${Number(sequence) - 1}`);
  await kubectl(['rollout', 'status', 'statefulset/orders', '--namespace', namespace, '--timeout=60s']);
  await replicates();
  assert.deepEqual([await sums('orders-0'), await sums('orders-1')], [before, before]);
  await arrives();
  for (const pod of ['orders-0', 'orders-1'])
    assert.equal(Number(await sql(pod, 'SELECT SUM(amount) FROM shop.moves')), 0, 'what was moved together is there together');
  const uids = new Set((await list('pods', namespace, 'app=orders')).map(({ metadata }) => metadata.uid));
  for (const { metadata } of pods) assert.ok(!uids.has(metadata.uid), 'every pod is a new one');
});
