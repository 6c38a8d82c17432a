import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isCode } from '../../../errors/error.ts';
import { noCluster, type TestCluster, testCluster } from '../../../store/kubernetes/testing/cluster.ts';
import { attach } from './attach.ts';
import { NO_HISTORY, type SidecarHistory } from './contested.ts';
import { detach } from './detach.ts';
import { inject } from './inject.ts';
import { hasNativeSidecars } from './native-sidecars.ts';
import { dormant, keyOfWorkload, userOf } from './testing/cluster-workloads.ts';
import { containerOf, filesSidecar, patchOf, physicalSidecar, SETTINGS } from './testing/workloads.ts';
import { WORKLOAD_KINDS, type Workload } from './workload.ts';

if (noCluster !== undefined) test('Sidecars on an API server', { skip: noCluster }, () => undefined);
else {
  let cluster: TestCluster;
  let user: ReturnType<typeof userOf>;
  before(async () => {
    cluster = await testCluster();
    user = userOf(cluster);
  });
  after(() => cluster.close());

  const now = '2026-03-01T10:00:00Z';
  const edited = [filesSidecar({ env: [{ name: 'A', value: 'b' }] })];
  const attached = (workload: Workload, wanted = [filesSidecar()], history: SidecarHistory = NO_HISTORY, settings = SETTINGS) =>
    attach(cluster, keyOfWorkload(workload), wanted, { settings, history, now, publishTrust: async () => undefined });
  const initNames = (workload: Workload) => (workload.spec.template.spec?.initContainers ?? []).map(({ name }) => name);
  const status = ({ conditions }: Awaited<ReturnType<typeof attach>>, type: string) => conditions.find((one) => one.type === type)?.status;
  const OURS = ['stash-install', 'stash-gate', 'stash'];

  test('The cluster says whether it has native sidecars', async () => {
    assert.equal(await hasNativeSidecars(cluster.connection), true);
  });

  for (const kind of WORKLOAD_KINDS)
    test(`A ${kind} gets the sidecar once, and has no trace of it afterwards`, async () => {
      const original = await user.create(dormant(kind, await cluster.newNamespace()));
      const first = await attached(original);
      assert.deepEqual([first.changed, status(first, 'StashSidecarInjected')], [true, 'True']);
      const withSidecar = await user.read(original);
      assert.deepEqual(initNames(withSidecar), OURS);
      assert.equal(withSidecar.spec.template.spec?.initContainers?.at(-1)?.restartPolicy, 'Always');

      const again = await attached(original, [filesSidecar()], first.history, { ...SETTINGS, image: 'stash/stash:2' });
      assert.equal(again.changed, false);
      assert.equal(status(again, 'AgentOutdated'), 'True');
      assert.deepEqual(written(await user.read(original)), written(withSidecar));

      const changed = await attached(original, edited, again.history);
      assert.notEqual(changed.hash, first.hash);

      assert.equal(await detach(cluster, keyOfWorkload(original)), true);
      const left = await user.read(original);
      assert.equal(JSON.stringify(left.spec), JSON.stringify(original.spec));
      assert.doesNotMatch(JSON.stringify(left.metadata), /stash\.appscode\.com/);
      assert.deepEqual(managers(left), managers(original));
      assert.equal(await detach(cluster, keyOfWorkload(original)), false);
      assert.deepEqual(written(await user.read(original)), written(left));
    });

  test('The workload’s own init containers come later, and stay its own', async () => {
    const given = dormant('Deployment', await cluster.newNamespace(), [{ name: 'wait', image: 'wait:1' }]);
    await user.apply(given);
    const original = await user.read(given);
    const { history } = await attached(given);
    const withSidecar = await user.read(given);
    assert.deepEqual(initNames(withSidecar), [...OURS, 'wait']);
    assert.equal(withSidecar.metadata.generation, 2, 'pods are replaced once');
    assert.equal((await attached(given, [filesSidecar()], history)).changed, false);

    const more = dormant('Deployment', given.metadata.namespace ?? '', [
      { name: 'first', image: 'first:1' },
      { name: 'wait', image: 'wait:1' },
    ]);
    await user.apply(more);
    assert.deepEqual(initNames(await user.read(given)), [...OURS, 'first', 'wait']);
    await user.apply(dormant('Deployment', given.metadata.namespace ?? ''));
    assert.deepEqual(initNames(await user.read(given)), OURS, 'its owner can take it out');
    assert.equal((await attached(given, [filesSidecar()], history)).changed, false);

    await user.apply(given);
    await detach(cluster, keyOfWorkload(given));
    assert.deepEqual((await user.read(given)).spec, original.spec);
  });

  test('What users apply again leaves the sidecar in', async () => {
    const given = dormant('StatefulSet', await cluster.newNamespace(), [{ name: 'wait', image: 'wait:1' }]);
    await user.apply(given);
    const { history } = await attached(given);
    const before = await user.read(given);
    await user.apply(given);
    // What kubectl apply sends when the image was edited.
    const order = { '$setElementOrder/containers': [{ name: 'web' }], '$setElementOrder/initContainers': [{ name: 'wait' }] };
    await user.patch(given, { ...order, containers: [{ name: 'web', image: 'web:8' }] }, 'kubectl-client-side-apply');
    const after = await user.read(given);
    assert.deepEqual([...initNames(after)].sort(), [...initNames(before)].sort());
    assert.equal((await attached(given, [filesSidecar()], history)).changed, false);
  });

  test('Nothing is contested where somebody has applied nothing, and he can apply it again', async () => {
    const given = dormant('StatefulSet', await cluster.newNamespace());
    given.spec.template.metadata = { ...given.spec.template.metadata, annotations: {} };
    Object.assign(given.spec.template.spec ?? {}, { initContainers: [], imagePullSecrets: [] });
    await user.apply(given);
    const original = await user.read(given);
    const first = await attached(given);
    assert.deepEqual([first.changed, status(first, 'SidecarContested')], [true, 'False']);
    await user.apply(given);
    assert.deepEqual(initNames(await user.read(given)), OURS);
    assert.equal((await attached(given, [filesSidecar()], first.history)).changed, false);
    await detach(cluster, keyOfWorkload(given));
    assert.deepEqual((await user.read(given)).spec, original.spec);
  });

  test('A field that somebody else has set is not taken back, and he is named', async () => {
    const original = await user.create(dormant('Deployment', await cluster.newNamespace()));
    const { history } = await attached(original);
    await user.patch(original, {
      initContainers: [{ name: 'stash', resources: { requests: { cpu: '77m' } }, env: [{ name: 'B', value: 'b' }] }],
    });
    assert.equal((await attached(original, [filesSidecar()], history)).changed, false, 'it still runs the same');
    const resources = { requests: { cpu: '20m', memory: '64Mi' } };
    const contested = await attached(original, [filesSidecar({ runtimeSettings: { resources } })], history);
    assert.deepEqual(
      ['StashSidecarInjected', 'SidecarContested'].map((type) => status(contested, type)),
      ['False', 'True'],
    );
    assert.match(contested.conditions.find(({ type }) => type === 'SidecarContested')?.message ?? '', /changed by kubectl-edit: .*cpu/s);
    await detach(cluster, keyOfWorkload(original));
    const left = await user.read(original);
    assert.deepEqual(left.spec, original.spec);
    assert.ok(!managers(left).includes('stash'));
  });

  /** As `kubectl replace` does, after whatever the cluster's own controllers wrote meanwhile. */
  async function replaceWith(original: Parameters<typeof user.replace>[0]): Promise<void> {
    const { resourceVersion } = (await user.read(original)).metadata;
    const { managedFields: _, ...metadata } = original.metadata;
    try {
      await user.replace({ ...original, metadata: { ...metadata, resourceVersion: resourceVersion ?? '' } });
    } catch (error) {
      if (!isCode(error, 'Conflict')) throw error;
      await replaceWith(original);
    }
  }

  test('Somebody who replaces the workload again and again gets his way', async () => {
    const original = await user.create(dormant('Deployment', await cluster.newNamespace()));
    let { history } = await attached(original);
    const changes: boolean[] = [];
    for (let time = 1; time <= 4; time++) {
      await replaceWith(original);
      const result = await attached(original, [filesSidecar()], history);
      changes.push(result.changed);
      history = result.history;
    }
    assert.deepEqual(changes, [true, true, false, false]);
    assert.equal(status(await attached(original, [filesSidecar()], history), 'SidecarContested'), 'True');
    assert.deepEqual(initNames(await user.read(original)), []);
  });

  test('A manifest and what the API server makes of it run the same', async () => {
    const plain = dormant('StatefulSet', await cluster.newNamespace());
    const [container] = plain.spec.template.spec?.containers ?? [];
    Object.assign(container ?? {}, {
      env: [{ name: 'ME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      resources: { limits: { cpu: '1000m', memory: '1024Mi' }, requests: { cpu: '1', memory: '1Gi' } },
      volumeMounts: [{ name: 'data', mountPath: '/data', subPathExpr: '$(ME)' }],
    });
    const wanted = [physicalSidecar({ target: { paths: ['/data'] } })];
    const { hash, patch } = patchOf(plain, wanted);
    assert.equal(containerOf(patch, 'stash').resources?.limits?.cpu, '500m', 'Guaranteed');
    assert.equal(patchOf(await user.create(plain), wanted).hash, hash);
  });

  test('A printed sidecar is left alone, and goes with the manifest it came in', async () => {
    const plain = dormant('Deployment', await cluster.newNamespace());
    await user.apply(inject(plain, patchOf(plain, [filesSidecar()]).patch), 'argocd');
    const same = await attached(plain);
    assert.deepEqual([same.changed, status(same, 'StashSidecarInjected')], [false, 'True']);
    const other = await attached(plain, edited);
    assert.deepEqual([other.changed, status(other, 'StashSidecarInjected')], [false, 'False']);
    assert.equal(await detach(cluster, keyOfWorkload(plain)), false);
    await user.apply(plain, 'argocd');
    assert.deepEqual(initNames(await user.read(plain)), []);
  });
}

function managers({ metadata }: Workload): string[] {
  return (metadata.managedFields ?? []).map(({ manager = '' }) => manager).filter((name) => !name.endsWith('controller-manager'));
}

/** What a request of ours would have changed; controllers write status at any time. */
function written({ metadata, spec }: Workload): unknown {
  return {
    spec,
    generation: metadata.generation,
    by: (metadata.managedFields ?? []).filter(({ subresource }) => subresource === undefined),
  };
}
