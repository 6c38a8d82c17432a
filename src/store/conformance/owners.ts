import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { KindMap } from '../../api/kinds.ts';
import { keyOf } from '../../api/object.ts';
import { configMap, FINALIZER, type Fixture, goneSoon, ownedBy, PATIENCE_MS, repository, stashFunction } from './fixture.ts';

export function ownerRules(fixture: Fixture): void {
  it('removes what a removed object owned, over several levels', async () => {
    const { store } = fixture;
    const namespace = await fixture.namespace();
    const owner = await store.create('Repository', repository(namespace, 'owner'));
    const child = await store.create('ConfigMap', configMap(namespace, 'child', [ownedBy(owner)]));
    const grandchild = await store.create('ConfigMap', configMap(namespace, 'grandchild', [ownedBy(child)]));
    const bystander = await store.create('ConfigMap', configMap(namespace, 'bystander'));
    await store.delete('Repository', keyOf(owner));
    await goneSoon(store, 'ConfigMap', child);
    await goneSoon(store, 'ConfigMap', grandchild);
    assert.deepEqual(await store.get('ConfigMap', keyOf(bystander)), bystander);
  });

  it('removes dependents only when the owner is really gone', async () => {
    const { store } = fixture;
    const namespace = await fixture.namespace();
    const owner = await store.create('Repository', repository(namespace, 'owner', { finalizers: [FINALIZER] }));
    const child = await store.create('ConfigMap', configMap(namespace, 'child', [ownedBy(owner)]));
    await store.delete('Repository', keyOf(owner));
    assert.deepEqual(await store.get('ConfigMap', keyOf(child)), child);
    const marked = await store.get('Repository', keyOf(owner));
    assert.ok(marked);
    await store.replace('Repository', { ...marked, metadata: { ...marked.metadata, finalizers: [] } });
    await goneSoon(store, 'ConfigMap', child);
  });

  it('respects the finalizers of dependents', async () => {
    const { store } = fixture;
    const namespace = await fixture.namespace();
    const owner = await store.create('Repository', repository(namespace, 'owner'));
    const metadata = { finalizers: [FINALIZER], ownerReferences: [ownedBy(owner)] };
    const child = await store.create('Repository', repository(namespace, 'child', metadata));
    await store.delete('Repository', keyOf(owner));
    const marked = await underDeletion(fixture, child);
    await store.replace('Repository', { ...marked, metadata: { ...marked.metadata, finalizers: [] } });
    await goneSoon(store, 'Repository', child);
  });

  it('keeps a dependent as long as one of its owners exists', async () => {
    const { store } = fixture;
    const namespace = await fixture.namespace();
    const first = await store.create('Repository', repository(namespace, 'first'));
    const second = await store.create('Repository', repository(namespace, 'second'));
    const child = await store.create('ConfigMap', configMap(namespace, 'child', [ownedBy(first), ownedBy(second)]));
    const witness = await store.create('ConfigMap', configMap(namespace, 'witness', [ownedBy(first)]));
    await store.delete('Repository', keyOf(first));
    await goneSoon(store, 'ConfigMap', witness);
    assert.equal((await store.get('ConfigMap', keyOf(child)))?.metadata.uid, child.metadata.uid);
    await store.delete('Repository', keyOf(second));
    await goneSoon(store, 'ConfigMap', child);
  });

  it('removes a dependent whose owner was gone before it was created', async () => {
    const { store } = fixture;
    const namespace = await fixture.namespace();
    const owner = await store.create('Repository', repository(namespace, 'owner'));
    await store.delete('Repository', keyOf(owner));
    await store.create('Repository', repository(namespace, 'owner'));
    const late = await store.create('ConfigMap', configMap(namespace, 'late', [ownedBy(owner)]));
    await goneSoon(store, 'ConfigMap', late);
  });

  it('lets a cluster-scoped object own one of a namespace, but not one namespace own across to another', async () => {
    const { store } = fixture;
    const namespace = await fixture.namespace();
    const wide = await store.create('Function', stashFunction(namespace));
    const child = await store.create('ConfigMap', configMap(namespace, 'child', [ownedBy(wide)]));
    const elsewhere = await store.create('Repository', repository(await fixture.namespace(), 'elsewhere'));
    const stray = await store.create('ConfigMap', configMap(namespace, 'stray', [ownedBy(elsewhere)]));
    await goneSoon(store, 'ConfigMap', stray);
    assert.deepEqual(await store.get('ConfigMap', keyOf(child)), child);
    await store.delete('Function', keyOf(wide));
    await goneSoon(store, 'ConfigMap', child);
  });
}

async function underDeletion(fixture: Fixture, object: KindMap['Repository']): Promise<KindMap['Repository']> {
  const stop = AbortSignal.timeout(PATIENCE_MS);
  for await (const event of fixture.store.watch(['Repository'], { signal: stop })) {
    if (event.type === 'Synced' || event.object.metadata.uid !== object.metadata.uid) continue;
    if (event.object.metadata.deletionTimestamp !== undefined) return event.object;
  }
  return assert.fail(`${object.metadata.name} was not marked for deletion`);
}
