import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, DATA, inside, sumsIn } from './harness/applications.ts';
import { askFor, configuration, inForce, inPlace, repository, succeeded, target } from './harness/backup.ts';
import { apply, kubectl } from './harness/kubectl.ts';
import { ownNamespace } from './harness/namespace.ts';
import { sharedStorage } from './harness/storage.ts';

test('a StatefulSet is restored through the gates of its pods, each host with its own data', async (t) => {
  const namespace = await ownNamespace(t);
  await repository(namespace, sharedStorage(namespace));
  const about = target('StatefulSet', 'shop', { alias: 'shop', paths: [DATA] });
  await apply(namespace, application('StatefulSet', 'shop', { replicas: 2 }), configuration('shop', { target: about }));
  await inForce(namespace, 'shop', 'statefulset/shop');
  await succeeded(namespace, await askFor(namespace, 'shop', 'now'));
  const pods = ['shop-0', 'shop-1'];
  const before = await Promise.all(pods.map((pod) => sumsIn(namespace, pod)));
  await Promise.all(pods.map((pod) => inside(namespace, pod, `rm ${DATA}/sub/host; echo lost >${DATA}/random`)));
  await apply(namespace, inPlace('back', target('StatefulSet', 'shop', { alias: 'shop', rules: [{ paths: [DATA] }] })));
  await succeeded(namespace, 'back', { kind: 'restoresessions', seconds: 180 });
  await kubectl(['rollout', 'status', 'statefulset/shop', '--namespace', namespace, '--timeout=90s']);
  assert.deepEqual(await Promise.all(pods.map((pod) => sumsIn(namespace, pod))), before);
});
