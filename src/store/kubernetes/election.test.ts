import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../../runtime/clock.ts';
import { runElected, type Term } from '../../runtime/leader-election/elect.ts';
import { silentLogger } from '../../runtime/log.ts';
import { soon } from '../conformance/fixture.ts';
import type { Connection } from './connection.ts';
import { leaseClient } from './lease-client.ts';
import { noCluster, type TestCluster, testCluster } from './testing/cluster.ts';
import { type TcpProxy, tcpProxy } from './testing/tcp-proxy.ts';

const timing = { leaseMs: 3_000, renewMs: 2_000, retryMs: 300 };

describe('two candidates on a real API server', { skip: noCluster ?? false }, () => {
  let cluster: TestCluster;
  let proxy: TcpProxy;
  before(async () => {
    cluster = await testCluster();
    const { hostname, port } = new URL(cluster.credentials.server);
    proxy = await tcpProxy({ host: hostname, port: Number(port) });
  });
  after(async () => {
    await proxy?.close();
    await cluster?.close();
  });

  it('hand over at once when the leader stops, and only after it has ended its work', async () => {
    const namespace = await cluster.newNamespace();
    const story = newStory();
    const work = Promise.withResolvers<void>();
    const first = candidate(cluster.connection, namespace, 'first', story, () => work.promise);
    await soon(async () => assert.deepEqual(story, ['first leads 1']));
    const second = candidate(cluster.connection, namespace, 'second', story);
    first.stop.abort();
    // Longer than the lease: it is kept while the work ends.
    await systemClock.sleep(timing.leaseMs + 500);
    assert.deepEqual(story, ['first leads 1', 'first is to stop']);
    work.resolve();
    const began = performance.now();
    await soon(async () => assert.equal(story.at(-1), 'second leads 2'));
    assert.ok(performance.now() - began < timing.leaseMs / 2, 'it waited for the lease to run out');
    second.stop.abort();
    await Promise.all([first.ended, second.ended]);
    const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/operator`;
    const { body } = await cluster.connection.send<{ spec: object }>({ what: 'read the lease', method: 'GET', path });
    assert.match(JSON.stringify(body.spec), new RegExp(`"holderIdentity":"".*"leaseTransitions":${(story.base ?? 0) + 2}\\b`));
  });

  it('of which one is cut off: it stops leading before the other begins', async () => {
    const namespace = await cluster.newNamespace();
    const story = newStory();
    const first = candidate(cluster.connect(`https://127.0.0.1:${proxy.port}`), namespace, 'first', story);
    await soon(async () => assert.deepEqual(story, ['first leads 1']));
    const second = candidate(cluster.connection, namespace, 'second', story);
    proxy.silence();
    proxy.refuse(true);
    await soon(async () => assert.equal(story.length, 3));
    assert.deepEqual(story, ['first leads 1', 'first is to stop', 'second leads 2']);
    // Back again, it waits for its turn.
    proxy.refuse(false);
    second.stop.abort();
    await soon(async () => assert.equal(story.at(-1), 'first leads 3'));
    first.stop.abort();
    await Promise.all([first.ended, second.ended]);
  });
});

/** `base`: the epoch before the first; terms are numbered from it. */
type Story = string[] & { base?: number };

function newStory(): Story {
  // What is compared are the lines alone.
  return Object.defineProperty([] as string[], 'base', { writable: true });
}

function candidate(connection: Connection, namespace: string, identity: string, story: Story, work = () => Promise.resolve()) {
  const stop = new AbortController();
  const client = leaseClient(connection, { namespace, name: 'operator', clock: systemClock });
  const lead = async ({ epoch, signal }: Term) => {
    story.base ??= epoch - 1;
    story.push(`${identity} leads ${epoch - story.base}`);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    story.push(`${identity} is to stop`);
    await work();
  };
  const options = { client, identity, clock: systemClock, random: Math.random, log: silentLogger(), timing };
  return { stop, ended: runElected(options, lead, stop.signal) };
}
