import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { systemClock } from '../../runtime/clock.ts';
import { EventRecorder } from '../../runtime/events.ts';
import { silentLogger } from '../../runtime/log.ts';
import { configMap, repository, soon, stashFunction } from '../conformance/fixture.ts';
import type { Store } from '../store.ts';
import { apply } from './apply.ts';
import { openCachedStore } from './cached-store.ts';
import { openConnection } from './connection.ts';
import { inClusterCredentials } from './in-cluster.ts';
import { openKubernetesStore } from './kubernetes-store.ts';
import { noCluster, type TestCluster, testCluster } from './testing/cluster.ts';

describe('on a real API server', { skip: noCluster ?? false }, () => {
  let cluster: TestCluster;
  let store: Store;
  let namespace: string;
  const effects = { clock: systemClock, random: Math.random };

  before(async () => {
    cluster = await testCluster();
    store = openKubernetesStore({ connection: cluster.connection, ...effects });
    namespace = await cluster.newNamespace();
  });
  after(() => cluster?.close());

  it('a missing right is Forbidden, with verb, resource and namespace', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'stash-account-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const account = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    const send = (path: string, body: object) =>
      cluster.connection.send<{ status: { token: string } }>({ what: 'prepare', method: 'POST', path, body });
    await send(account, { metadata: { name: 'nobody' } });
    const { body } = await send(`${account}/nobody/token`, { spec: { expirationSeconds: 600 } });
    const { ca } = (await cluster.credentials.current()).tls;
    const files = { token: 'outdated', 'ca.crt': String(ca), namespace };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);

    const { hostname, port } = new URL(cluster.credentials.server);
    const credentials = await inClusterCredentials({ host: hostname, port, folder, clock: systemClock });
    const connection = openConnection({ credentials, clock: systemClock, userAgent: 'stash-test' });
    t.after(() => connection.close());
    const limited = openKubernetesStore({ connection, ...effects });
    await assert.rejects(limited.list('Repository', { namespace }), (error) => isCode(error, 'Forbidden') && /log in/.test(error.remedy));
    // The kubelet has renewed it: found at the first refusal.
    writeFileSync(join(folder, 'token'), body.status.token);
    await assert.rejects(limited.list('Repository', { namespace }), (error) => {
      assert.ok(isCode(error, 'Forbidden'));
      for (const part of ['cannot list resource "repositories"', `in the namespace "${namespace}"`, 'nobody'])
        assert.ok(error.message.includes(part), part);
      assert.match(error.remedy, /Grant the verb/);
      return true;
    });
    await assert.rejects(
      limited.create('ConfigMap', configMap(namespace, 'x')),
      (error) => isCode(error, 'Forbidden') && /could not create ConfigMap .*cannot create resource "configmaps"/.test(error.message),
    );
    const troubles: string[] = [];
    const stop = new AbortController();
    const watched = openKubernetesStore({
      connection,
      ...effects,
      timing: { firstRetryMs: 10, longestRetryMs: 10 },
      onTrouble: (kind, error) => {
        troubles.push(`${kind} ${error.code}`);
        if (troubles.length === 3) stop.abort();
      },
    });
    for await (const event of watched.watch(['Repository'], { signal: stop.signal })) assert.fail(`told ${event.type}`);
    assert.deepEqual(troubles, Array(3).fill('Repository Forbidden'));
  });

  it('takes events about objects of a namespace and of the cluster, and counts repeated ones', async () => {
    const recorder = new EventRecorder({ store, clock: systemClock, log: silentLogger(), component: 'stash-test', keepMs: 0 });
    const about = await store.create('Repository', repository(namespace, 'eventful'));
    const wide = await store.create('Function', stashFunction(namespace));
    for (let n = 0; n < 3; n++) await recorder.record(about, 'Warning', 'Failed', 'It failed.');
    await recorder.record(wide, 'Normal', 'Seen', 'It was seen.');
    const [event] = (await store.list('Event', { namespace })).filter(
      ({ reason, source }) => reason === 'Failed' && source?.component === 'stash-test',
    );
    assert.equal(event?.count, 3);
    assert.equal(event.involvedObject.uid, about.metadata.uid);
    const inDefault = (await store.list('Event', { namespace: 'default' })).filter(
      ({ involvedObject }) => involvedObject.name === namespace,
    );
    assert.equal(inDefault.length, 1);
    for (const { metadata } of inDefault) await store.delete('Event', { namespace: 'default', name: metadata.name });
    await store.delete('Function', { namespace: '', name: namespace });
  });

  it('applies manifests of any kind, says whether that changed something, and does not take fields of others unless forced', async () => {
    const target = { connection: cluster.connection, discovery: cluster.discovery };
    const deployment = (image: string) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'applied', namespace },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'a' } },
        template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image }] } },
      },
    });
    const ours = { fieldManager: 'stash-test', force: false };
    assert.equal((await apply(target, deployment('x:1'), { ...ours, dryRun: true })).result, 'created');
    assert.equal((await apply(target, deployment('x:1'), ours)).result, 'created');
    // The cluster's own controller writes to a new Deployment once.
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/applied`;
    await soon(async () => {
      const { body } = await cluster.connection.send<{ status?: { observedGeneration?: number } }>({ what: 'read', method: 'GET', path });
      assert.equal(body.status?.observedGeneration, 1);
    });
    assert.equal((await apply(target, deployment('x:1'), ours)).result, 'unchanged');
    assert.equal((await apply(target, deployment('x:2'), ours)).result, 'changed');
    const theirs = { fieldManager: 'somebody-else', force: false };
    await assert.rejects(
      apply(target, deployment('x:3'), theirs),
      (error) => isCode(error, 'Conflict') && /stash-test/.test(error.message),
    );
    assert.equal((await apply(target, deployment('x:3'), { ...theirs, force: true })).result, 'changed');
    await assert.rejects(apply(target, { ...deployment('x:1'), kind: 'Nothing' }, ours), (error) => isCode(error, 'Invalid'));
    const mistyped = { ...deployment('x:1'), spec: { ...deployment('x:1').spec, replicaz: 1 } };
    await assert.rejects(apply(target, mistyped, ours), (error) => isCode(error, 'Invalid') && /replicaz/.test(error.message));
  });

  it('a store of one namespace lists and watches that one alone', async (t) => {
    const elsewhere = await cluster.newNamespace();
    await store.create('Repository', repository(elsewhere, 'unseen'));
    const scoped = openCachedStore({ connection: cluster.connection, ...effects, namespace, kinds: ['Repository'] });
    t.after(() => scoped.close());
    await store.create('Repository', repository(namespace, 'seen'));
    await soon(async () => assert.ok((await scoped.list('Repository')).some(({ metadata }) => metadata.name === 'seen')));
    assert.ok((await scoped.list('Repository')).every(({ metadata }) => metadata.namespace === namespace));
  });

  it('a cached store sends nothing to read, and nothing to write what is so already', async (t) => {
    let requests = 0;
    const connection = { ...cluster.connection };
    connection.send = (asked) => {
      requests += 1;
      return cluster.connection.send(asked);
    };
    const cached = openCachedStore({ connection, ...effects, kinds: ['ConfigMap'] });
    t.after(() => cached.close());
    const labels = { a: 'b' };
    const created = await cached.create('ConfigMap', { ...configMap(namespace, 'quiet'), metadata: { name: 'quiet', namespace, labels } });
    const before = requests;
    for (let n = 0; n < 5; n++) {
      assert.deepEqual(await cached.get('ConfigMap', { namespace, name: 'quiet' }), created);
      assert.deepEqual(await cached.list('ConfigMap', { namespace, labels }), [created]);
      assert.deepEqual(await cached.replace('ConfigMap', { ...created, metadata: { ...created.metadata, annotations: {} } }), created);
    }
    assert.equal(requests, before);
  });
});
