import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { StashError } from '../../errors/error.ts';
import { systemClock } from '../../runtime/clock.ts';
import { configMap, soon } from '../conformance/fixture.ts';
import type { Store } from '../store.ts';
import { apiError } from './api-error.ts';
import type { ApiRequest, Connection } from './connection.ts';
import { openKubernetesStore } from './kubernetes-store.ts';
import type { WatchTiming } from './reflect.ts';
import { Believer } from './testing/believer.ts';
import { noCluster, type TestCluster, testCluster } from './testing/cluster.ts';
import { type TcpProxy, tcpProxy } from './testing/tcp-proxy.ts';

describe('a watch survives', { skip: noCluster ?? false }, () => {
  let cluster: TestCluster;
  let proxy: TcpProxy;
  let truth: Store;
  let namespace: string;
  const believers: Believer[] = [];
  const timing: Partial<WatchTiming> = { silenceMs: 90_000, firstRetryMs: 20, longestRetryMs: 200 };

  before(async () => {
    cluster = await testCluster();
    const { hostname, port } = new URL(cluster.credentials.server);
    proxy = await tcpProxy({ host: hostname, port: Number(port) });
  });
  after(async () => {
    await proxy?.close();
    await cluster?.close();
  });
  beforeEach(async () => {
    namespace = await cluster.newNamespace();
    truth = openKubernetesStore({ connection: cluster.connection, clock: systemClock, random: Math.random });
    // The cluster's own, which would come at some time.
    await soon(async () => assert.ok(await truth.get('ConfigMap', { namespace, name: 'kube-root-ca.crt' })));
    for (const name of ['kept', 'changed', 'gone', 'remade']) await truth.create('ConfigMap', configMap(namespace, name));
  });

  afterEach(() => Promise.allSettled(believers.splice(0).map((one) => one.stop())));

  const watching = (connection: Connection, more: { timing?: Partial<WatchTiming>; pageSize?: number } = {}) => {
    const troubles: StashError[] = [];
    const onTrouble = (_kind: string, error: StashError) => troubles.push(error);
    const store = openKubernetesStore({ connection, namespace, clock: systemClock, random: Math.random, timing, onTrouble, ...more });
    const believer = new Believer(store);
    believers.push(believer);
    return { believer, troubles };
  };
  const throughProxy = () => cluster.connect(`https://127.0.0.1:${proxy.port}`);
  const changeAll = async () => {
    const changed = await truth.get('ConfigMap', { namespace, name: 'changed' });
    assert.ok(changed);
    await truth.replace('ConfigMap', { ...changed, data: { key: 'other' } });
    for (const name of ['gone', 'remade']) await truth.delete('ConfigMap', { namespace, name });
    for (const name of ['remade', 'new']) await truth.create('ConfigMap', configMap(namespace, name));
  };
  const AFTERWARDS = ['Added new', 'Added remade', 'Deleted gone', 'Deleted remade', 'Modified changed'];

  it('cut connections, and goes on where it was', async () => {
    const counting = counted(throughProxy());
    const { believer } = watching(counting);
    await believer.synced();
    const told = believer.events.length;
    for (let round = 0; round < 3; round++) {
      proxy.cut();
      await truth.create('ConfigMap', configMap(namespace, `round-${round}`));
      await believer.agrees(truth, namespace);
    }
    proxy.cut();
    await changeAll();
    await believer.agrees(truth, namespace);
    assert.deepEqual(believer.events.slice(told + 3).sort(), AFTERWARDS);
    assert.equal(counting.lists(), 1, 'nothing was listed anew');
    await believer.stop();
  });

  it('a server that is away for a while, and tells what happened meanwhile', async () => {
    const counting = counted(throughProxy());
    const { believer, troubles } = watching(counting);
    await believer.synced();
    const told = believer.events.length;
    proxy.refuse(true);
    await soon(async () => assert.ok(troubles.length > 2));
    assert.ok(troubles.every(({ code }) => code === 'StoreUnavailable'));
    await changeAll();
    proxy.refuse(false);
    await believer.agrees(truth, namespace);
    assert.deepEqual(believer.events.slice(told).sort(), AFTERWARDS);
    assert.equal(counting.lists(), 1);
    await believer.stop();
  });

  it('silence: a connection that is open and dead is replaced', async () => {
    const { believer, troubles } = watching(throughProxy(), { timing: { ...timing, silenceMs: 1_500 } });
    await believer.synced();
    // Told by the watch: only now there is a connection to silence.
    await truth.create('ConfigMap', configMap(namespace, 'watched'));
    await believer.agrees(truth, namespace);
    const told = believer.events.length;
    proxy.silence();
    await changeAll();
    await believer.agrees(truth, namespace);
    assert.deepEqual(believer.events.slice(told).sort(), AFTERWARDS);
    assert.match(troubles[0]?.message ?? '', /does not answer/);
    await believer.stop();
  });

  for (const { name, tooOld } of [
    { name: 'an ERROR event with code 410', tooOld: 'asked' },
    { name: 'an answer 410', tooOld: 'answered' },
  ] as const) {
    it(`${name}, and tells the differences alone`, async (t) => {
      if (tooOld === 'asked' && (await hasFirstVersion(cluster.connection))) return t.skip('the server has not compacted anything yet');
      const connection = expiring(throughProxy(), tooOld);
      const { believer, troubles } = watching(connection, { pageSize: 2 });
      await believer.synced();
      const told = believer.events.length;
      connection.expire();
      // While nothing is watched, so that a list alone can tell it.
      proxy.refuse(true);
      await changeAll();
      proxy.refuse(false);
      await believer.agrees(truth, namespace);
      assert.deepEqual(believer.events.slice(told).sort(), AFTERWARDS);
      assert.deepEqual(
        troubles
          .filter(({ code, message }) => code !== 'StoreUnavailable' || /\b410\b/.test(message))
          .map(({ code, message }) => `${code}: ${message}`),
        [],
      );
      assert.equal(connection.expired(), 1);
      await believer.stop();
    });
  }

  it('pages that are gone before the list is through', async () => {
    const connection = lostPages(cluster.connect());
    const { believer } = watching(connection, { pageSize: 2 });
    await believer.synced();
    await believer.agrees(truth, namespace);
    assert.ok(connection.lost() >= 2);
    await believer.stop();
  });

  it('its own end, at the time it asked for', async () => {
    const counting = counted(cluster.connect());
    const { believer } = watching(counting, { timing: { ...timing, lifeMs: 1_000 } });
    await believer.synced();
    await soon(async () => assert.ok(counting.watches() > 2));
    await changeAll();
    await believer.agrees(truth, namespace);
    assert.equal(counting.lists(), 1);
    await believer.stop();
  });
});

function counted(real: Connection): Connection & { lists(): number; watches(): number } {
  let lists = 0;
  let watches = 0;
  return {
    ...real,
    send(asked) {
      if (asked.method === 'GET' && asked.query?.limit !== undefined && asked.query.continue === undefined) lists += 1;
      return real.send(asked);
    },
    lines(asked, silenceMs) {
      watches += 1;
      return real.lines(asked, silenceMs);
    },
    lists: () => lists,
    watches: () => watches,
  };
}

/** After `expire` the next watch asks for a version that the server really has no more, or is answered so at once. */
function expiring(real: Connection, how: 'asked' | 'answered'): Connection & { expire(): void; expired(): number } {
  let next = false;
  let expired = 0;
  return {
    ...real,
    async *lines(asked, silenceMs) {
      if (!next) return yield* real.lines(asked, silenceMs);
      let sent: ApiRequest & { signal: AbortSignal } = asked;
      if (how === 'asked') sent = { ...asked, query: { ...asked.query, resourceVersion: '1' } };
      else {
        next = false;
        expired += 1;
        throw apiError(asked.what, 410, { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' });
      }
      for await (const line of real.lines(sent, silenceMs)) {
        next = false;
        expired += 1;
        assert.equal((line as { type: string }).type, 'ERROR');
        yield line;
      }
    },
    expire() {
      next = true;
    },
    expired: () => expired,
  };
}

/** A server forgets what is older than some minutes; one that was started just now has everything. */
async function hasFirstVersion(connection: Connection): Promise<boolean> {
  const query = { watch: true, resourceVersion: '1', timeoutSeconds: 1 };
  const asked = { what: 'watch configmaps from the first version', method: 'GET', path: '/api/v1/configmaps', query } as const;
  for await (const line of connection.lines({ ...asked, signal: AbortSignal.timeout(10_000) }, 10_000))
    return (line as { type: string }).type !== 'ERROR';
  return true;
}

/** No second page is ever there. */
function lostPages(real: Connection): Connection & { lost(): number } {
  let lost = 0;
  return {
    ...real,
    async send(asked) {
      if (asked.query?.continue === undefined) return await real.send(asked);
      lost += 1;
      throw apiError(asked.what, 410, {
        kind: 'Status',
        code: 410,
        reason: 'Expired',
        message: 'The provided continue parameter is too old',
      });
    },
    lost: () => lost,
  };
}
