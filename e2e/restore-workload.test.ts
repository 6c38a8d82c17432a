import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, claimOf, DATA, inside, sumsIn } from './harness/applications.ts';
import { askFor, configuration, ended, inForce, inPlace, repository, succeeded, target } from './harness/backup.ts';
import { apply, kubectl, list } from './harness/kubectl.ts';
import { ownNamespace } from './harness/namespace.ts';
import { sharedStorage } from './harness/storage.ts';

const SPOIL = `echo spoiled >${DATA}/random; rm ${DATA}/sub/host`;

test('a Deployment, a StatefulSet and a DaemonSet are restored by their gates before their new pods start', async (t) => {
  const namespace = await ownNamespace(t);
  await repository(namespace, sharedStorage(namespace));
  await apply(
    namespace,
    claimOf('files'),
    application('Deployment', 'web', { claim: 'files', replicas: 2, node: await aNode() }),
    application('StatefulSet', 'shop', { replicas: 2 }),
    application('DaemonSet', 'node'),
  );
  const targets = {
    web: target('Deployment', 'web', { alias: 'web', paths: [DATA] }),
    shop: target('StatefulSet', 'shop', { alias: 'shop', paths: [DATA] }),
    node: target('DaemonSet', 'node', { alias: 'node', paths: [DATA] }),
  };
  const workloads = { web: 'deployment/web', shop: 'statefulset/shop', node: 'daemonset/node' };
  const names = Object.keys(targets) as (keyof typeof targets)[];
  await Promise.all(Object.values(workloads).map((workload) => rolledOut(namespace, workload)));
  await apply(namespace, ...names.map((name) => configuration(name, { target: targets[name] })));
  await Promise.all(names.map((name) => inForce(namespace, name, workloads[name])));
  await Promise.all(names.map(async (name) => succeeded(namespace, await askFor(namespace, name, `${name}-now`))));
  const before = await sumsOfAll(namespace);
  const pods = await podsIn(namespace);
  for (const { metadata } of pods.values()) if (!metadata.name.startsWith('web-')) await inside(namespace, metadata.name, SPOIL);
  await inside(namespace, 'deployment/web', SPOIL);
  await apply(namespace, ...names.map((name) => inPlace(`${name}-back`, targets[name])));
  await Promise.all(names.map((name) => succeeded(namespace, `${name}-back`, { kind: 'restoresessions' })));
  await Promise.all(Object.values(workloads).map((workload) => rolledOut(namespace, workload)));
  assert.deepEqual(await sumsOfAll(namespace), before);
  for (const uid of (await podsIn(namespace)).keys()) assert.ok(!pods.has(uid), 'every pod is a new one');
});

test('what cannot be restored into a workload is refused while its pods run on', async (t) => {
  const namespace = await ownNamespace(t);
  await repository(namespace, sharedStorage(namespace));
  await apply(
    namespace,
    application('StatefulSet', 'shop'),
    application('StatefulSet', 'bare'),
    configuration('shop', { target: target('StatefulSet', 'shop', { paths: [DATA] }) }),
  );
  await inForce(namespace, 'shop', 'statefulset/shop');
  await rolledOut(namespace, 'statefulset/bare');
  await succeeded(namespace, await askFor(namespace, 'shop', 'now'));
  const pods = await podsIn(namespace);
  const refused: [name: string, what: object, more: object, says: RegExp][] = [
    [
      'keep',
      target('StatefulSet', 'shop', { paths: [DATA] }),
      { previousData: 'Keep' },
      /\/data is a mount point .* previousData: Discard/,
    ],
    ['bare', target('StatefulSet', 'bare', { paths: [DATA] }), {}, /bare has no sidecar.*BackupConfiguration.*stash inject/],
  ];
  for (const [name, what, more, says] of refused) {
    await apply(namespace, inPlace(name, what, more));
    const { status } = await ended(namespace, name, { kind: 'restoresessions' });
    assert.equal(status.phase, 'Invalid');
    assert.match(status.message, says);
  }
  assert.deepEqual([...(await podsIn(namespace)).keys()], [...pods.keys()]);

  // Refused by the gate itself: nothing was written, so the application starts as it was.
  const sums = await sumsIn(namespace, 'shop-0');
  await apply(namespace, inPlace('careful', target('StatefulSet', 'shop', { paths: [DATA] }), { allowOverwrite: false }));
  const { status } = await ended(namespace, 'careful', { kind: 'restoresessions' });
  assert.deepEqual([status.phase, status.reason], ['Failed', 'DestinationNotEmpty'], status.message);
  await rolledOut(namespace, 'statefulset/shop');
  assert.deepEqual(await sumsIn(namespace, 'shop-0'), sums);
});

/** A claim of a single node: its pods have to be there. */
async function aNode(): Promise<string> {
  return (await list('nodes'))[0]?.metadata.name ?? '';
}

function rolledOut(namespace: string, workload: string): Promise<string> {
  return kubectl(['rollout', 'status', workload, '--namespace', namespace, '--timeout=150s']);
}

async function podsIn(namespace: string) {
  const pods = await list('pods', namespace);
  return new Map(pods.filter(({ metadata }) => metadata.labels?.app !== 'storage').map((pod) => [pod.metadata.uid ?? '', pod]));
}

/** By the name of the host, which pods of a DaemonSet and a Deployment do not keep. */
async function sumsOfAll(namespace: string): Promise<Record<string, Record<string, string>>> {
  const sums: Record<string, Record<string, string>> = {};
  for (const { metadata, spec } of (await podsIn(namespace)).values()) {
    const host = metadata.name.startsWith('node-') ? spec.nodeName : metadata.name.startsWith('web-') ? 'web' : metadata.name;
    sums[host] = await sumsIn(namespace, metadata.name);
  }
  return sums;
}
