import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../src/runtime/clock.ts';
import { runElected, type Term } from '../../src/runtime/leader-election/elect.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { configMap, soon } from '../../src/store/conformance/fixture.ts';
import { openCachedStore } from '../../src/store/kubernetes/cached-store.ts';
import { openKubernetesStore } from '../../src/store/kubernetes/kubernetes-store.ts';
import { leaseClient } from '../../src/store/kubernetes/lease-client.ts';
import { Believer } from '../../src/store/kubernetes/testing/believer.ts';
import { noCluster, type TestCluster, testCluster } from '../../src/store/kubernetes/testing/cluster.ts';
import { application, DATA } from '../harness/applications.ts';
import { askFor, configuration, inForce, repository, succeeded, target } from '../harness/backup.ts';
import { apply } from '../harness/kubectl.ts';
import { ownNamespace } from '../harness/namespace.ts';
import { shell } from '../harness/shell.ts';
import { readRepository } from '../harness/snapshots.ts';
import { heldUp, restStorage, setValve } from '../harness/storage.ts';
import { waitFor } from '../harness/wait-for.ts';

// How the API server is ended without warning and started again depends on the cluster: two shell commands.
const { STASH_E2E_API_SERVER_KILL: kill = '', STASH_E2E_API_SERVER_START: start = '' } = process.env;
const leftOut =
  noCluster ?? (kill === '' || start === '' ? 'set STASH_E2E_API_SERVER_KILL and STASH_E2E_API_SERVER_START to shell commands' : false);

describe('when the API server is killed and started again', { skip: leftOut }, () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await testCluster();
  });
  after(() => cluster?.close());

  it('caches and watches go on, writes fail meanwhile, and the leader stays or another takes over', async () => {
    const effects = { clock: systemClock, random: Math.random };
    const { connection } = cluster;
    const namespace = await cluster.newNamespace();
    const direct = openKubernetesStore({ connection, ...effects });
    const cached = openCachedStore({ connection, ...effects, namespace, kinds: ['ConfigMap', 'Repository'] });
    const believer = new Believer(cached);
    await believer.synced();
    const before = await cached.create('ConfigMap', configMap(namespace, 'before'));
    const stop = new AbortController();
    const epochs: number[] = [];
    const lead = async ({ epoch, signal }: Term) => {
      epochs.push(epoch);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    };
    const client = leaseClient(connection, { namespace, name: 'operator', clock: systemClock });
    const elected = runElected({ client, identity: 'one', log: silentLogger(), ...effects }, lead, stop.signal);
    await soon(async () => assert.equal(epochs.length, 1));

    shell(kill);
    await assert.rejects(cached.replace('ConfigMap', { ...before, data: { key: 'lost' } }), /cannot be reached/);
    assert.deepEqual(await cached.get('ConfigMap', { namespace, name: 'before' }), before);
    shell(start);
    const began = performance.now();
    await soon(async () => {
      const found = await direct.get('ConfigMap', { namespace, name: 'before' });
      assert.ok(found);
      await direct.replace('ConfigMap', { ...found, data: { key: 'changed' } });
    });
    await direct.create('ConfigMap', configMap(namespace, 'after'));
    await believer.agrees(direct, namespace);
    console.log(`caught up ${((performance.now() - began) / 1000).toFixed(1)} s after the start`);
    await cached.create('ConfigMap', configMap(namespace, 'own'));
    await believer.agrees(direct, namespace);
    assert.equal(believer.events.filter((event) => event === 'Modified before').length, 1, believer.events.join(', '));
    await soon(async () => {
      const leads = (await client.read(stop.signal))?.holder;
      assert.equal(leads, 'one');
    });
    assert.deepEqual(
      epochs,
      epochs.toSorted((a, b) => a - b),
    );
    stop.abort();
    await elected;
    await believer.stop();
    await cached.close();
  });

  it('a backup under way is gone on with, and made once', async (t) => {
    const namespace = await ownNamespace(t as TestContext);
    const storage = await restStorage(namespace, { valve: true });
    await repository(namespace, storage);
    const about = target('Deployment', 'web', { paths: [DATA] });
    await apply(namespace, application('Deployment', 'web'), configuration('web', { target: about }));
    await inForce(namespace, 'web', 'deployment/web');
    await setValve(namespace, 'held');
    await askFor(namespace, 'web', 'now');
    await heldUp(namespace);
    shell(kill);
    shell(start);
    await waitFor(
      'the API server answers',
      () => setValve(namespace, 'open'),
      () => true,
    );
    const session = await succeeded(namespace, 'now');
    assert.equal(session.status.targets[0].stats[0].attempts, 1);
    assert.equal((await readRepository(namespace, storage.url)).snapshots.length, 1);
  });
});
