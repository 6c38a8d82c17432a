import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, DATA, inside } from '../harness/applications.ts';
import { askFor, configuration, ended, inForce, repository, succeeded, target } from '../harness/backup.ts';
import { backedUp, NO_IMAGE, SCHEMA, server } from '../harness/database.ts';
import { apply, get, kubectl, list } from '../harness/kubectl.ts';
import { ownNamespace } from '../harness/namespace.ts';
import { sharedStorage } from '../harness/storage.ts';
import { waitFor } from '../harness/wait-for.ts';

const SESSION = { apiVersion: 'stash.appscode.com/v1beta1', kind: 'RestoreSession' };

/** The volume's root is the data directory, as ext4 makes volumes. */
const START = `
d=/var/lib/mysql; mkdir -p $d/lost+found
[ -d $d/mysql ] || mariadb-install-db --no-defaults --datadir=$d --auth-root-authentication-method=normal --skip-test-db >/dev/null
exec mariadbd --no-defaults --datadir=$d --socket=/run/mysqld/mysqld.sock --server-id=1 --log-bin=binlog \\
  --innodb-buffer-pool-size=32M --innodb-log-file-size=8M --skip-name-resolve --ignore-db-dirs=lost+found`;

test('a MariaDB whose data directory is a mount point, behind OnDelete, is restored in place by a user who is not root', {
  skip: NO_IMAGE,
}, async (t) => {
  const namespace = await ownNamespace(t);
  await repository(namespace, sharedStorage(namespace));
  const orders = target('StatefulSet', 'orders', { alias: 'orders', appBinding: { name: 'orders' } });
  await apply(namespace, startedBy(START), ...backedUp(orders));
  const hasSidecar = async () => (await get('statefulset', 'orders', namespace))?.spec.template.spec.initContainers?.length > 0;
  await waitFor('the sidecar is in the template', hasSidecar, (one) => one, { seconds: 60 });
  // It stays with the old pod until somebody deletes it.
  await kubectl(['delete', 'pod', 'orders-0', '--namespace', namespace]);
  await inForce(namespace, 'orders');
  const sql = (text: string) => inside(namespace, 'orders-0', `mariadb -uroot -BN <<'END'\n${text}\nEND`, 'mariadb');
  await waitFor(
    'the server',
    () => sql('SELECT 1'),
    (answer) => answer.trim() === '1',
    { seconds: 90 },
  );
  await sql(SCHEMA);
  await succeeded(namespace, await askFor(namespace, 'orders', 'now', { alias: 'full' }));
  const before = await sql('CHECKSUM TABLE shop.fixed');
  await sql('DROP TABLE shop.fixed');
  const uid = async () => (await get('pod', 'orders-0', namespace))?.metadata.uid;
  const old = await uid();
  const restore = (name: string, previousData: string) =>
    apply(namespace, {
      ...SESSION,
      metadata: { name },
      spec: { repository: { name: 'repo' }, task: { name: 'mariadb-restore' }, target: orders, allowOverwrite: true, previousData },
    });
  await restore('keep', 'Keep');
  const { status } = await ended(namespace, 'keep', { kind: 'restoresessions' });
  assert.equal(status.phase, 'Invalid');
  assert.match(status.message, /\/var\/lib\/mysql is a mount point/);
  assert.equal(await uid(), old, 'the pod runs on');

  await restore('discard', 'Discard');
  await succeeded(namespace, 'discard', { kind: 'restoresessions' });
  assert.equal(
    await waitFor(
      'the table is back',
      () => sql('CHECKSUM TABLE shop.fixed'),
      (sum) => sum === before,
    ),
    before,
  );
  assert.notEqual(await uid(), old);
});

test('a pod that its partition keeps from getting a gate cannot be restored, and nothing is stopped for it', async (t) => {
  const namespace = await ownNamespace(t);
  await repository(namespace, sharedStorage(namespace));
  const half = application('StatefulSet', 'half', { replicas: 2 }) as { spec: object };
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
  const halfTarget = target('StatefulSet', 'half', { alias: 'half', paths: [DATA] });
  await apply(namespace, { ...half, spec: { ...half.spec, updateStrategy } }, application('StatefulSet', 'whole'));
  const ready = async () => (await get('statefulset', 'half', namespace))?.status?.readyReplicas === 2;
  await waitFor('its pods', ready, (one) => one, { seconds: 60 });
  await apply(
    namespace,
    configuration('half', { target: halfTarget }),
    configuration('whole', { target: target('StatefulSet', 'whole', { alias: 'whole', paths: [DATA] }) }),
  );
  await inForce(namespace, 'whole', 'statefulset/whole');
  await succeeded(namespace, await askFor(namespace, 'whole', 'now'));
  const gated = async () => ((await get('pod', 'half-1', namespace))?.spec.initContainers ?? []).length > 0;
  await waitFor('the second pod has the gate', gated, (one) => one, { seconds: 90 });
  const pods = async () => (await list('pods', namespace, 'app=half')).map(({ metadata }) => metadata.uid).toSorted();
  const before = await pods();
  await apply(namespace, {
    ...SESSION,
    metadata: { name: 'half' },
    spec: {
      repository: { name: 'repo' },
      target: { ...halfTarget, rules: [{ sourceHost: 'whole-0' }] },
      allowOverwrite: true,
      previousData: 'Discard',
    },
  });
  const { status } = await ended(namespace, 'half', { kind: 'restoresessions' });
  assert.equal(status.phase, 'Invalid', status.message);
  assert.match(status.message, /pod half-0 has no gate, and the partition 1/);
  assert.deepEqual(await pods(), before);
});

function startedBy(script: string): object {
  const made = server('orders', 1, { empty: true }) as { spec: { template: { spec: { containers: { name: string }[] } } } };
  const { containers, ...pod } = made.spec.template.spec;
  const own = containers.filter(({ name }) => name === 'mariadb').map((one) => ({ ...one, command: ['sh', '-c', script] }));
  const template = { ...made.spec.template, spec: { ...pod, containers: own } };
  return { ...made, spec: { ...made.spec, updateStrategy: { type: 'OnDelete' }, template } };
}
