import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isCode } from '../../../errors/error.ts';
import { soon } from '../../../store/conformance/fixture.ts';
import { noCluster, type TestCluster, testCluster } from '../../../store/kubernetes/testing/cluster.ts';
import { serverName } from './server.ts';
import { backends } from './testing/backends.ts';

const skip = noCluster ?? false;
let cluster: TestCluster | undefined;
const open = async () => (cluster ??= await testCluster());
after(() => cluster?.close());

test('what serves a volume is made once, says what is in its way, and goes with the Repository', { skip }, async () => {
  const { served, watch, stop, repository, woken, goOn, remove, turnOff, deployment, service, secrets } = await backends(await open());
  const [first] = await Promise.all([served(repository, { inUse: () => false }), served(repository, { inUse: () => false })]);
  assert.ok(first?.unserved !== undefined && 'waiting' in first.unserved);
  const before = await deployment();
  const watching = watch();
  await soon(async () => assert.ok(woken.length > 0));
  const again = await served(repository, { inUse: () => false });
  assert.deepEqual([again?.url, again?.password, again?.authority], [first.url, first.password, first.authority]);
  assert.match(JSON.stringify(again?.unserved), /persistentvolumeclaim \\"backups\\" not found/);
  assert.equal((await deployment())?.metadata?.generation, before?.metadata?.generation, 'nothing was written');
  assert.equal((await secrets()).length, 1);
  goOn(20_000);
  const later = await served(repository, { inUse: () => false });
  assert.ok(later?.unserved !== undefined && 'error' in later.unserved);
  assert.equal(later.unserved.error.code, 'StorageNotServed');

  await turnOff();
  assert.match(JSON.stringify((await served(repository, { inUse: () => false }))?.unserved), /replicas: 0/);
  goOn(120_000);
  await served(repository, { inUse: () => false });
  assert.equal((await deployment())?.spec?.replicas, 1, 'what somebody changed is put back');
  await remove();
  await soon(async () => assert.deepEqual([await deployment(), await service(), await secrets()], [undefined, undefined, []]));
  stop();
  await watching;
});

test('an object of the name that somebody else has made is not taken over', { skip }, async () => {
  const { connection } = await open();
  const { served, repository, namespace } = await backends(await open());
  await connection.send({
    what: 'make a Service',
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/services`,
    body: { apiVersion: 'v1', kind: 'Service', metadata: { name: serverName(repository) }, spec: { ports: [{ port: 8443 }] } },
  });
  await assert.rejects(
    served(repository, { inUse: () => false }),
    (error) => isCode(error, 'StorageNotServed') && /made by somebody else/.test(error.message),
  );
});
