import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, claimOf, DATA } from './harness/applications.ts';
import { askFor, inForce, PASSWORD, snapshotsOf, succeeded } from './harness/backup.ts';
import { apply, get, kubectl, list } from './harness/kubectl.ts';
import { ownNamespace } from './harness/namespace.ts';
import { sharedStorage } from './harness/storage.ts';
import { waitFor } from './harness/wait-for.ts';

const CONFIGURATIONS = 'backupconfigurations.stash.appscode.com';
const BLUEPRINTS = 'backupblueprints.stash.appscode.com';
const WORKLOADS = { Deployment: 'web', StatefulSet: 'shop', DaemonSet: 'node' } as const;

test('annotations on five kinds of targets at once: all are set up and backed up, follow the blueprint without a restart, and are let go', async (t) => {
  const namespace = await ownNamespace(t);
  // Blueprints are the cluster's.
  const blueprint = `e2e-${namespace}`;
  t.after(() => kubectl(['delete', BLUEPRINTS, blueprint, '--ignore-not-found']));
  const annotations = { 'stash.appscode.com/backup-blueprint': blueprint };
  const onWorkload = { ...annotations, 'stash.appscode.com/target-paths': DATA };
  await apply(
    namespace,
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'storage' }, stringData: { RESTIC_PASSWORD: PASSWORD } },
    ...workloads().map(([kind, name]) => annotated(application(kind, name), onWorkload)),
    annotated(claimOf('kept'), annotations),
    application('Deployment', 'keeper', { claim: 'kept' }),
    {
      apiVersion: 'appcatalog.appscode.com/v1alpha1',
      kind: 'AppBinding',
      metadata: { name: 'orders', annotations },
      spec: { type: 'mariadb', version: '10.11', clientConfig: { service: { name: 'orders', port: 3306 } } },
    },
  );
  const told = () => eventsOf(namespace, 'BlueprintNotFound');
  await waitFor('the missing blueprint is told of', told, (events) => events.length === 5);

  const url = `${sharedStorage(namespace).url}\${TARGET_KIND}/\${TARGET_NAME}/`;
  await apply(namespace, {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'BackupBlueprint',
    metadata: { name: blueprint },
    spec: {
      backend: { storageSecretName: 'storage', rest: { url } },
      schedule: '0 1 1 1 *',
      retentionPolicy: { name: 'five', keepLast: 5, prune: true },
      backupHistoryLimit: 10,
    },
  });
  const made = ['deployment-web', 'statefulset-shop', 'daemonset-node', 'persistentvolumeclaim-kept'];
  await waitFor(
    'all are set up',
    () => list(CONFIGURATIONS, namespace),
    (found) => found.length === 5,
  );
  await Promise.all(made.map((name) => inForce(namespace, name, name.endsWith('-kept') ? undefined : name.replace('-', '/'))));
  // What the cluster cannot back up yet says what is missing.
  const database = await waitFor(
    'the AppBinding is judged',
    () => get(CONFIGURATIONS, 'app-orders', namespace),
    (one) => one?.status?.phase !== undefined,
  );
  const judged = database?.status.conditions.find(({ type }: { type: string }) => type === 'Ready');
  assert.ok(judged.message !== '' && judged.reason !== '', JSON.stringify(judged));

  const sessions = await Promise.all(made.map((name) => askFor(namespace, name, `of-${name}`)));
  for (const session of await Promise.all(sessions.map((name) => succeeded(namespace, name, { seconds: 200 }))))
    assert.ok(Object.keys(snapshotsOf(session)).length > 0, session.metadata.name);

  const state = async () => ({
    pods: (await list('pods', namespace, 'app in (web, shop, node)')).map(({ metadata }) => metadata.uid).sort(),
    templates: await Promise.all(workloads().map(async ([kind, name]) => (await get(kind, name, namespace))?.spec.template)),
  });
  const before = await state();
  const edit = { spec: { schedule: '0 2 1 1 *', retentionPolicy: { name: 'two', keepLast: 2 } } };
  await kubectl(['patch', BLUEPRINTS, blueprint, '--type', 'merge', '--patch', JSON.stringify(edit)]);
  await waitFor(
    'the configurations follow, and are acted on',
    () => list(CONFIGURATIONS, namespace),
    (found) =>
      found.every(({ spec, status, metadata }) => {
        const current = status?.observedGeneration === (metadata as { generation?: number }).generation;
        return current && spec.schedule === edit.spec.schedule && spec.retentionPolicy.keepLast === 2;
      }),
  );
  assert.deepEqual(await state(), before);
  // Once made and once changed: nothing is written over and over.
  for (const { metadata } of await list(CONFIGURATIONS, namespace))
    assert.equal((metadata as { generation?: number }).generation, 2, metadata.name);

  await kubectl(['annotate', 'deployment/web', '--namespace', namespace, 'stash.appscode.com/backup-blueprint-']);
  await waitFor(
    'its configuration goes',
    () => get(CONFIGURATIONS, 'deployment-web', namespace),
    (one) => one === undefined,
  );
  await waitFor(
    'its sidecar goes',
    () => get('deployment', 'web', namespace),
    (one) => !JSON.stringify(one?.spec.template).includes('stash'),
  );
  assert.ok(await get('repositories.stash.appscode.com', 'deployment-web', namespace));
  assert.equal((await eventsOf(namespace, 'BackupRemoved')).length, 1);
  assert.equal((await list(CONFIGURATIONS, namespace)).length, 4);
});

function workloads(): [keyof typeof WORKLOADS, string][] {
  return Object.entries(WORKLOADS) as [keyof typeof WORKLOADS, string][];
}

function annotated(object: object, annotations: Record<string, string>): object {
  return { ...object, metadata: { ...(object as { metadata: object }).metadata, annotations } };
}

async function eventsOf(namespace: string, reason: string): Promise<object[]> {
  return (await list('events', namespace)).filter((event) => (event as { reason?: string }).reason === reason);
}
