import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, claimOf, DATA, inside, sumsIn } from './harness/applications.ts';
import { askFor, configuration, ended, inForce, repository, succeeded, target } from './harness/backup.ts';
import { apply, kubectl, list } from './harness/kubectl.ts';
import { ownNamespace } from './harness/namespace.ts';
import { sharedStorage } from './harness/storage.ts';

const OWNERS = `cd ${DATA} && stat -c '%n %u:%g %a' sub/host random`;

test('the claims of a StatefulSet that is yet to be are made and filled, each with the data of its ordinal', async (t) => {
  const namespace = await ownNamespace(t);
  await repository(namespace, sharedStorage(namespace));
  const about = target('StatefulSet', 'shop', { alias: 'shop', paths: [DATA] });
  await apply(namespace, application('StatefulSet', 'shop', { replicas: 2 }), configuration('shop', { target: about }));
  await inForce(namespace, 'shop', 'statefulset/shop');
  const own = 'chown 1234:4321 sub/host && chmod 640 sub/host';
  await Promise.all([0, 1].map((ordinal) => inside(namespace, `shop-${ordinal}`, `cd ${DATA} && ${own}`)));
  await succeeded(namespace, await askFor(namespace, 'shop', 'now'));
  await apply(namespace, copy('copy'));
  const { status } = await succeeded(namespace, 'copy', { kind: 'restoresessions' });
  type Planned = { hostname: string; claims: string[] };
  assert.deepEqual(
    status.plan.map(({ hostname, claims }: Planned) => [hostname, claims]),
    [
      ['shop-0', ['data-copy-0']],
      ['shop-1', ['data-copy-1']],
    ],
  );
  const claims = await list('persistentvolumeclaims', namespace, 'stash.appscode.com/invoker-name=copy');
  assert.deepEqual(claims.map(({ metadata }) => metadata.name).sort(), ['data-copy-0', 'data-copy-1']);

  // What is in a claim by now is not written over unasked.
  await apply(namespace, copy('again'));
  const again = (await ended(namespace, 'again', { kind: 'restoresessions' })).status;
  assert.deepEqual([again.phase, again.reason], ['Failed', 'DestinationNotEmpty'], again.message);

  await apply(namespace, application('StatefulSet', 'copy', { replicas: 2 }));
  await kubectl(['rollout', 'status', 'statefulset/copy', '--namespace', namespace, '--timeout=90s']);
  for (const ordinal of [0, 1]) {
    const [original, restored] = [`shop-${ordinal}`, `copy-${ordinal}`];
    assert.deepEqual(await sumsIn(namespace, restored), await sumsIn(namespace, original));
    assert.equal((await inside(namespace, restored, `cat ${DATA}/sub/host`)).trim(), original);
    assert.equal(await inside(namespace, restored, OWNERS), await inside(namespace, original, OWNERS));
  }
});

function copy(name: string): object {
  const { spec } = claimOf('data') as { spec: object };
  return {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'RestoreSession',
    metadata: { name },
    spec: {
      repository: { name: 'repo' },
      target: {
        alias: 'shop',
        replicas: 2,
        volumeMounts: [{ name: 'data-copy', mountPath: DATA }],
        volumeClaimTemplates: [{ metadata: { name: 'data-copy-${POD_ORDINAL}' }, spec }],
        rules: [{ paths: [DATA] }],
      },
    },
  };
}
