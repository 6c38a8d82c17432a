import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, DATA, inside, sumsIn } from '../harness/applications.ts';
import { askFor, configuration, inForce, inPlace, repository, succeeded, target } from '../harness/backup.ts';
import { apply, get, kubectl } from '../harness/kubectl.ts';
import { ownNamespace } from '../harness/namespace.ts';
import { leader, SYSTEM } from '../harness/release.ts';
import { sharedStorage } from '../harness/storage.ts';
import { waitFor } from '../harness/wait-for.ts';

const PODS = ['shop-0', 'shop-1'];
const HOOK = 'echo ran >>/tmp/hook; [ "$HOSTNAME" = shop-0 ] || exit 0; sleep 10';

test('the operator is killed while gates restore, and again in the middle of the hook after; the restore goes on, the hook runs once more', async (t) => {
  const namespace = await ownNamespace(t);
  await repository(namespace, sharedStorage(namespace));
  const shop = target('StatefulSet', 'shop', { alias: 'shop', paths: [DATA] });
  await apply(namespace, application('StatefulSet', 'shop', { replicas: 2, size: 40_000_000 }), configuration('shop', { target: shop }));
  await inForce(namespace, 'shop', 'statefulset/shop');
  await succeeded(namespace, await askFor(namespace, 'shop', 'now'));
  const before = await Promise.all(PODS.map((pod) => sumsIn(namespace, pod)));
  for (const pod of PODS) await inside(namespace, pod, `echo spoiled >${DATA}/random`);

  await apply(namespace, inPlace('back', shop, { hooks: { postRestore: { exec: { command: ['sh', '-c', HOOK] } } } }));
  type Host = { phase: string; steps?: unknown[] };
  const stats = async (): Promise<Host[]> => (await get('restoresessions.stash.appscode.com', 'back', namespace))?.status?.stats ?? [];
  await waitFor('a gate restores', stats, (hosts) => hosts.some(({ phase, steps }) => phase !== 'Pending' && steps !== undefined), {
    seconds: 90,
  });
  t.diagnostic(`killed while ${JSON.stringify((await stats()).map(({ phase }) => phase))}`);
  await kill();
  const ran = (pod: string) => async () => Number(await inside(namespace, pod, 'cat /tmp/hook 2>/dev/null | wc -l'));
  await waitFor('the hook runs', ran('shop-0'), (lines) => lines > 0, { seconds: 150 });
  await kill();
  await succeeded(namespace, 'back', { kind: 'restoresessions' });
  assert.equal(await ran('shop-0')(), 2, 'in the pod where it was under way it ran again');
  assert.equal(await ran('shop-1')(), 1);
  assert.deepEqual(await Promise.all(PODS.map((pod) => sumsIn(namespace, pod))), before);
});

async function kill(): Promise<void> {
  await kubectl(['delete', 'pod', await leader(), '--namespace', SYSTEM, '--grace-period=0', '--force']);
}
