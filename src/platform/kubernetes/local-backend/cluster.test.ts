import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { V1Deployment, V1Secret } from '@kubernetes/client-node';
import type { ObjectKey } from '../../../api/object.ts';
import type { Repository } from '../../../api/repository.ts';
import { isCode } from '../../../errors/error.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { silentLogger } from '../../../runtime/log.ts';
import { soon } from '../../../store/conformance/fixture.ts';
import { noCluster, type TestCluster, testCluster } from '../../../store/kubernetes/testing/cluster.ts';
import { unlessGone } from '../../../store/kubernetes/unless-gone.ts';
import { SETTINGS as CLUSTER } from '../testing/settings.ts';
import { keepTrust } from '../trust/trust.ts';
import { serveLocalBackends } from './serve.ts';
import { serverName } from './server.ts';
import { localRepository } from './testing/repository.ts';

const skip = noCluster ?? false;
let cluster: TestCluster | undefined;
const open = async () => (cluster ??= await testCluster());
after(() => cluster?.close());

/** A Repository of the cluster whose claim is nowhere, and what serves it. */
async function backends(image = 'nowhere.invalid/stash:1') {
  const { connection, newNamespace } = await open();
  const namespace = await newNamespace();
  const stop = new AbortController();
  const { signal } = stop;
  const trust = keepTrust({ connection, namespace, dnsNames: ['localhost'], clock: systemClock, signal });
  await trust.renew();
  let ahead = 0;
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + ahead };
  const woken: ObjectKey[] = [];
  const settings = { image, imagePullPolicy: 'IfNotPresent' as const, imagePullSecrets: [], localBackend: CLUSTER.localBackend };
  const made = serveLocalBackends({ connection, trust, settings, wake: (key) => woken.push(key), clock, log: silentLogger(), signal });
  const path = `/apis/stash.appscode.com/v1alpha1/namespaces/${namespace}/repositories`;
  const { body } = await connection.send<Repository>({
    what: 'create a Repository',
    method: 'POST',
    path,
    body: localRepository(undefined, { namespace, name: 'on-a-volume' }),
  });
  const get = async <T>(what: string) => (await unlessGone(connection.send<T>({ what, method: 'GET', path: what })))?.body;
  const name = serverName(body);
  return {
    ...made,
    stop: () => stop.abort(),
    namespace,
    repository: body,
    woken,
    goOn: (ms: number) => {
      ahead += ms;
    },
    remove: () => connection.send({ what: 'delete the Repository', method: 'DELETE', path: `${path}/on-a-volume` }),
    turnOff: async () => {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
      const contentType = 'application/merge-patch+json';
      await connection.send({ what: 'turn the server off', method: 'PATCH', path, contentType, body: { spec: { replicas: 0 } } });
    },
    deployment: () => get<V1Deployment>(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`),
    service: () => get(`/api/v1/namespaces/${namespace}/services/${name}`),
    secrets: async () => {
      const all = await get<{ items: V1Secret[] }>(`/api/v1/namespaces/${namespace}/secrets`);
      return (all?.items ?? []).filter(({ metadata }) => metadata?.name?.startsWith(name));
    },
  };
}

test('what serves a volume is made once, says what is in its way, and goes with the Repository', { skip }, async () => {
  const { served, watch, stop, repository, woken, goOn, remove, turnOff, deployment, service, secrets } = await backends();
  const [first] = await Promise.all([served(repository, { inUse: false }), served(repository, { inUse: false })]);
  assert.ok(first?.unserved !== undefined && 'waiting' in first.unserved);
  const before = await deployment();
  const watching = watch();
  await soon(async () => assert.ok(woken.length > 0));
  const again = await served(repository, { inUse: false });
  assert.deepEqual([again?.url, again?.password, again?.authority], [first.url, first.password, first.authority]);
  assert.match(JSON.stringify(again?.unserved), /persistentvolumeclaim \\"backups\\" not found/);
  assert.equal((await deployment())?.metadata?.generation, before?.metadata?.generation, 'nothing was written');
  assert.equal((await secrets()).length, 1);
  goOn(20_000);
  const later = await served(repository, { inUse: false });
  assert.ok(later?.unserved !== undefined && 'error' in later.unserved);
  assert.equal(later.unserved.error.code, 'StorageNotServed');

  await turnOff();
  assert.match(JSON.stringify((await served(repository, { inUse: false }))?.unserved), /replicas: 0/);
  goOn(120_000);
  await served(repository, { inUse: false });
  assert.equal((await deployment())?.spec?.replicas, 1, 'what somebody changed is put back');
  await remove();
  await soon(async () => assert.deepEqual([await deployment(), await service(), await secrets()], [undefined, undefined, []]));
  stop();
  await watching;
});

test('an object of the name that somebody else has made is not taken over', { skip }, async () => {
  const { connection } = await open();
  const { served, repository, namespace } = await backends();
  await connection.send({
    what: 'make a Service',
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/services`,
    body: { apiVersion: 'v1', kind: 'Service', metadata: { name: serverName(repository) }, spec: { ports: [{ port: 8443 }] } },
  });
  await assert.rejects(
    served(repository, { inUse: false }),
    (error) => isCode(error, 'StorageNotServed') && /made by somebody else/.test(error.message),
  );
});
