import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AnyObject } from '../../api/object.ts';
import { isCode } from '../../errors/error.ts';
import { systemClock } from '../../runtime/clock.ts';
import { soon } from '../conformance/fixture.ts';
import type { Store } from '../store.ts';
import { openCachedStore } from './cached-store.ts';
import { openKubernetesStore } from './kubernetes-store.ts';
import { noCluster, type TestCluster, testCluster } from './testing/cluster.ts';

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'PersistentVolumeClaim'] as const;
const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

describe('kinds of which only metadata is read, on a real API server', { skip: noCluster ?? false }, () => {
  let cluster: TestCluster;
  let direct: Store;
  let namespace: string;
  const effects = { clock: systemClock, random: Math.random };

  before(async () => {
    cluster = await testCluster();
    direct = openKubernetesStore({ connection: cluster.connection, ...effects, pageSize: 2 });
    namespace = await cluster.newNamespace();
    for (const [path, body] of manifests()) await cluster.connection.send({ what: 'prepare', method: 'POST', path: place(path), body });
  });
  after(() => cluster?.close());

  const place = (path: string) => path.replace('NS', namespace);

  it('are read one by one and as lists, with their kind, and without spec, status and what kubectl keeps', async () => {
    for (const kind of KINDS) {
      const one = await direct.get(kind, { namespace, name: 'web-0' });
      assert.deepEqual(Object.keys(one ?? {}).sort(), ['apiVersion', 'kind', 'metadata']);
      assert.equal(one?.kind, kind);
      assert.deepEqual(one?.metadata.annotations?.['stash.appscode.com/backup-blueprint'], 'standard');
      assert.equal(one?.metadata.annotations?.[APPLIED], undefined);
      const all = await direct.list(kind, { namespace });
      assert.deepEqual(
        all.map(({ metadata, spec, kind: its }) => [metadata.name, spec, its]),
        ['web-0', 'web-1', 'web-2'].map((name) => [name, undefined, kind]),
      );
    }
    assert.equal(await direct.get('Deployment', { namespace, name: 'none' }), undefined);
  });

  it('are an empty list where there are none', async () => {
    const empty = await cluster.newNamespace();
    for (const kind of KINDS) assert.deepEqual(await direct.list(kind, { namespace: empty }), []);
    const store = openCachedStore({ connection: cluster.connection, ...effects, kinds: KINDS, namespace: empty });
    for (const kind of KINDS) assert.deepEqual(await store.list(kind), []);
    await store.close();
  });

  it('are never written', async () => {
    const one = (await direct.get('Deployment', { namespace, name: 'web-0' })) as AnyObject;
    const refused = (error: unknown) => isCode(error, 'Invalid') && /never written/.test((error as Error).message);
    await assert.rejects(async () => direct.replace('Deployment', one), refused);
    await assert.rejects(async () => direct.create('Deployment', one), refused);
    await assert.rejects(async () => direct.delete('Deployment', { namespace, name: 'web-0' }), refused);
  });

  it('are watched: changes of annotations and generation are seen in a cache', async () => {
    const store = openCachedStore({ connection: cluster.connection, ...effects, kinds: KINDS });
    try {
      assert.equal((await store.list('Deployment', { namespace })).length, 3);
      const path = place('/apis/apps/v1/namespaces/NS/deployments/web-1');
      const patch = { metadata: { annotations: { 'stash.appscode.com/schedule': '@daily' } }, spec: { paused: true } };
      await cluster.connection.send({ what: 'change', method: 'PATCH', path, body: patch, contentType: 'application/merge-patch+json' });
      await soon(async () => {
        const seen = await store.get('Deployment', { namespace, name: 'web-1' });
        assert.equal(seen?.metadata.annotations?.['stash.appscode.com/schedule'], '@daily');
        assert.equal(seen?.metadata.generation, 2);
        assert.equal(seen?.spec, undefined);
      });
      await cluster.connection.send({ what: 'delete', method: 'DELETE', path });
      await soon(async () => assert.equal(await store.get('Deployment', { namespace, name: 'web-1' }), undefined));
    } finally {
      await store.close();
    }
  });
});

function manifests(): [string, object][] {
  return [0, 1, 2].flatMap((n): [string, object][] => {
    const metadata = { name: `web-${n}`, annotations: { 'stash.appscode.com/backup-blueprint': 'standard', [APPLIED]: '{}' } };
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'x:1' }], nodeSelector: { none: 'such' } } };
    const spec = { selector: { matchLabels: labels }, template };
    const claim = { accessModes: ['ReadWriteOnce'], storageClassName: 'none', resources: { requests: { storage: '1Mi' } } };
    return [
      ['/apis/apps/v1/namespaces/NS/deployments', { metadata, spec: { ...spec, replicas: 0 } }],
      ['/apis/apps/v1/namespaces/NS/statefulsets', { metadata, spec: { ...spec, replicas: 0, serviceName: 'web' } }],
      ['/apis/apps/v1/namespaces/NS/daemonsets', { metadata, spec }],
      ['/api/v1/namespaces/NS/persistentvolumeclaims', { metadata, spec: claim }],
    ];
  });
}
