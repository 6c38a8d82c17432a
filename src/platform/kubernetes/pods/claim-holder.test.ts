import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { V1Pod } from '@kubernetes/client-node';
import { soon } from '../../../store/conformance/fixture.ts';
import { noCluster, type TestCluster, testCluster } from '../../../store/kubernetes/testing/cluster.ts';
import { AGENT_COMPONENT } from '../jobs/job.ts';
import { claimHolder } from './claim-holder.ts';

const IMAGE = process.env.STASH_E2E_SHELL_IMAGE ?? 'debian:bookworm-slim';

if (noCluster !== undefined) test('Claims that a single pod may have', { skip: noCluster }, () => undefined);
else {
  let cluster: TestCluster;
  let namespace: string;
  const create = (plural: string, body: object) =>
    cluster.connection.send({ what: `create ${plural}`, method: 'POST', path: `/api/v1/namespaces/${namespace}/${plural}`, body });
  const readPod = async (name: string) =>
    (await cluster.connection.send<V1Pod>({ what: `read ${name}`, method: 'GET', path: `/api/v1/namespaces/${namespace}/pods/${name}` }))
      .body;
  const has = (pod: V1Pod, type: string, status: string) =>
    pod.status?.conditions?.some((one) => one.type === type && one.status === status);

  before(async () => {
    cluster = await testCluster();
    namespace = await cluster.newNamespace();
    for (const name of ['files', 'others']) await create('persistentvolumeclaims', claim(name));
    await create('pods', pod('agent', 'files', AGENT_COMPONENT));
    await create('pods', pod('application', 'others', 'web'));
    for (const name of ['agent', 'application']) await soon(async () => assert.ok(has(await readPod(name), 'PodScheduled', 'True')));
    await create('pods', pod('waits', 'files', AGENT_COMPONENT));
    await create('pods', pod('blocked', 'others', AGENT_COMPONENT));
    for (const name of ['waits', 'blocked']) await soon(async () => assert.ok(has(await readPod(name), 'PodScheduled', 'False')));
  });
  after(() => cluster.close());

  test('a pod that waits for the claim of another agent is told from one that an application keeps out', async () => {
    const held = await claimHolder(cluster.connection, [await readPod('waits')]);
    assert.equal(held, `PersistentVolumeClaim ${namespace}/files is ReadWriteOncePod, and pod agent of Stash has it`);
    assert.equal(await claimHolder(cluster.connection, [await readPod('blocked')]), undefined);
    assert.equal(await claimHolder(cluster.connection, [await readPod('agent')]), undefined);
  });
}

function claim(name: string): object {
  const spec = { accessModes: ['ReadWriteOncePod'], resources: { requests: { storage: '1Mi' } } };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec };
}

function pod(name: string, claimName: string, component: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { 'app.kubernetes.io/component': component } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'main', image: IMAGE, imagePullPolicy: 'IfNotPresent', command: ['sleep', '600'] }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
    },
  };
}
