import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holesOf } from '../../src/rules/window/holes.ts';
import { askFor, inForce, inPlace, repository, snapshotsOf, succeeded, target } from '../harness/backup.ts';
import { backedUp, databasePod, NO_IMAGE, PREPARED_SUMS } from '../harness/database.ts';
import { forcedFull } from '../harness/forced-full.ts';
import { apply, get, kubectl, list } from '../harness/kubectl.ts';
import { ownNamespace } from '../harness/namespace.ts';
import { following, REPLICATED_SCHEMA, replicated, serversOf } from '../harness/replication.ts';
import { sharedStorage } from '../harness/storage.ts';
import { waitFor } from '../harness/wait-for.ts';

const ACCIDENT = 'DROP TABLE shop.fixed; SELECT @@last_gtid; DELETE FROM shop.moves WHERE id % 3 = 0;';
/** After a restore the first is the primary; it may run twice. */
const CONNECT = `
case "$HOSTNAME" in
  *-0) mariadb -uroot -e 'SET GLOBAL read_only = 0' ;;
  *) mariadb -uroot -e "${following('orders-0')}" ;;
esac`;

test('a MariaDB fails over and back under load: fulls say why, logs go on without a hole, and it comes back to the transaction before an accident', {
  skip: NO_IMAGE,
}, async (t) => {
  const namespace = await ownNamespace(t);
  const storage = sharedStorage(namespace);
  await repository(namespace, storage);
  const orders = target('StatefulSet', 'orders', { alias: 'orders', appBinding: { name: 'orders' } });
  await apply(namespace, ...replicated('orders'), ...backedUp(orders));
  await inForce(namespace, 'orders', 'statefulset/orders');
  const servers = serversOf(namespace);
  const backups = backupsIn(namespace);

  await servers.sql('orders-0', `SET GLOBAL read_only = 0; ${REPLICATED_SCHEMA}`);
  await servers.follow('orders-1', 'orders-0');
  await servers.replicates('orders-1');
  await servers.arrives('orders-0', 'orders-1');
  await backups.link('full');
  const old = await backups.link('incremental');
  assert.equal(old.status.operation.performed, 'Incremental', old.status.message);
  const before = await servers.sums('orders-0');
  await servers.sql('orders-0', 'UPDATE shop.fixed SET text = REVERSE(text) WHERE id % 7 = 0');
  await backups.log();
  const first = await backups.series('orders-0');

  // The pod of the primary goes, as from a node that is drained.
  await kubectl(['delete', 'pod', 'orders-0', '--namespace', namespace, '--timeout=60s']);
  await servers.drained('orders-1');
  await servers.promote('orders-1');
  await waitFor('the old primary is back', () => servers.sql('orders-0', 'SELECT 1'), Boolean, { seconds: 90 });
  await servers.follow('orders-0', 'orders-1');
  await servers.replicates('orders-0');
  await servers.arrives('orders-1', 'orders-0');
  await backups.log();
  const second = await backups.series('orders-1');
  assert.equal(second.follows.split('@')[0], first.timeline, 'the log of the new primary goes on from that of the old one');
  await forcedFull(await backups.link('incremental', 'orders-1'), changed('orders-0', 'orders-1'));
  await backups.log();
  await servers.sql('orders-1', 'DELETE FROM shop.fixed WHERE id % 11 = 0');

  // Back, as planned: writing ends, then the other one has everything.
  await servers.sql('orders-1', 'SET GLOBAL read_only = 1');
  await servers.caughtUp('orders-0', 'orders-1');
  await servers.promote('orders-0');
  await servers.follow('orders-1', 'orders-0');
  await servers.replicates('orders-1');
  await servers.arrives('orders-0', 'orders-1');
  await backups.log();
  const third = await backups.series('orders-0');
  assert.equal(third.follows.split('@')[0], second.timeline);
  await servers.sql('orders-0', 'UPDATE shop.fixed SET text = UPPER(text) WHERE id % 13 = 0');
  const wanted = await servers.sums('orders-0');
  const accident = (await servers.sql('orders-0', ACCIDENT)).trim();
  await forcedFull(await backups.link('incremental', 'orders-0'), changed('orders-1', 'orders-0'));
  await backups.log();
  const { gtid } = await backups.series('orders-0');
  const window = await waitFor('the window', backups.window, (all) => all.some(({ gtidTo }) => gtidTo === gtid));
  assert.deepEqual(holesOf(window), [], JSON.stringify(window));

  // Its base is the full of the other host, and the logs cross over the way back.
  const pods = await list('pods', namespace, 'app=orders');
  await apply(
    namespace,
    inPlace('undo', orders, {
      task: { name: 'mariadb-restore' },
      pointInTime: { gtid: accident, exclusive: true },
      hooks: { postRestore: { exec: { command: ['sh', '-c', CONNECT] }, executionPolicy: 'OnSuccess' } },
    }),
  );
  const undone = await succeeded(namespace, 'undo', { kind: 'restoresessions' });
  for (const { sourceHost } of undone.status.plan) assert.equal(sourceHost, 'orders-1');
  assert.equal(undone.status.point.gtid, previous(accident));
  await kubectl(['rollout', 'status', 'statefulset/orders', '--namespace', namespace, '--timeout=60s']);
  await servers.replicates('orders-1');
  assert.deepEqual([await servers.sums('orders-0'), await servers.sums('orders-1')], [wanted, wanted]);
  await servers.arrives('orders-0', 'orders-1');
  for (const pod of ['orders-0', 'orders-1'])
    assert.equal(Number(await servers.sql(pod, 'SELECT SUM(amount) FROM shop.moves')), 0, 'what was moved together is there together');
  const uids = new Set((await list('pods', namespace, 'app=orders')).map(({ metadata }) => metadata.uid));
  for (const { metadata } of pods) assert.ok(!uids.has(metadata.uid), 'every pod is a new one');

  // The restored history has a chain and a log of its own, and the stages went with the pods; the oldest chain can be used as on its first day.
  const after = await backups.link('incremental');
  assert.equal(after.status.operation.performed, 'Full');
  await backups.log();
  assert.notEqual((await backups.series('orders-0')).timeline, third.timeline);
  await apply(namespace, databasePod('read', storage.url, snapshotsOf(old)['orders-0'] ?? '', PREPARED_SUMS));
  const phase = async () => (await get('pod', 'read', namespace))?.status?.phase as string | undefined;
  const read = await waitFor('the old chain was read', phase, (one) => one === 'Succeeded' || one === 'Failed', { seconds: 120 });
  const said = await kubectl(['logs', 'read', '--namespace', namespace, '--container', 'mariadb']);
  assert.equal(read, 'Succeeded', said);
  assert.deepEqual(said.trim().split('\n').slice(-2), [before, '0']);
});

/** Backups by hand of `orders`, one after the other. */
function backupsIn(namespace: string) {
  let count = 0;
  const run = async (alias: string) => succeeded(namespace, await askFor(namespace, 'orders', `${alias}-${++count}`, { alias }));
  const status = async () => (await get('backupconfigurations.stash.appscode.com', 'orders', namespace))?.status;
  return {
    /** Made by this host alone. */
    link: async (alias: 'full' | 'incremental', host = 'orders-0') => {
      const session = await run(alias);
      assert.deepEqual(Object.keys(snapshotsOf(session)), [host]);
      return session;
    },
    log: () => run('log'),
    series: async (host: string): Promise<{ timeline: string; follows: string; gtid: string }> => {
      const line = (await status())?.execOps.find(({ alias }: { alias: string }) => alias === 'log');
      return line.logs.find((one: { host: string }) => one.host === host);
    },
    window: async () => {
      type Stretch = { from: string; to: string; gtidFrom: string; gtidTo: string; host: string };
      const all: Stretch[] = (await status())?.recoverable ?? [];
      return all.map((one) => ({ ...one, timeline: undefined, from: Date.parse(one.from), to: Date.parse(one.to) }));
    },
  };
}

function changed(from: string, to: string) {
  return { host: to, reason: 'PrimaryChanged', why: new RegExp(`is of ${from}, not of ${to}`), event: 'Normal' as const };
}

function previous(gtid: string): string {
  const [domain, server, sequence] = gtid.split('-');
  return `${domain}-${server}-${Number(sequence) - 1}`;
}
