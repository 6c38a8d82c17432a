import assert from 'node:assert/strict';
import { it } from 'node:test';
import { keyOf } from '../../api/object.ts';
import { configMap, FINALIZER, type Fixture, ownedBy, rejectsWith, repository, soon, stashFunction } from './fixture.ts';

export function writingRules(fixture: Fixture): void {
  it('sets uid, resourceVersion, generation 1 and creationTimestamp on create, and drops status', async () => {
    const { store } = fixture;
    const given = { ...repository(await fixture.namespace(), 'new'), status: { phase: 'Ready' as const } };
    const { metadata, status } = await store.create('Repository', given);
    assert.match(metadata.uid ?? '', /^[0-9a-f-]{36}$/);
    assert.match(metadata.creationTimestamp ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.ok(metadata.resourceVersion);
    assert.equal(metadata.generation, 1);
    assert.equal(status, undefined);
  });

  it('refuses to create a name twice', async () => {
    const namespace = await fixture.namespace();
    await fixture.store.create('Repository', repository(namespace, 'taken'));
    await rejectsWith(fixture.store.create('Repository', repository(namespace, 'taken')), 'AlreadyExists');
  });

  it('refuses names and scopes that cannot be', async () => {
    const { store } = fixture;
    await rejectsWith(store.create('Repository', repository(await fixture.namespace(), 'Not_A_Name')), 'Invalid');
    const named = stashFunction('scoped');
    await rejectsWith(store.create('Function', { ...named, metadata: { ...named.metadata, namespace: 'x' } }), 'Invalid');
  });

  it('replaces spec, labels, annotations, finalizers and owner references, and leaves status', async () => {
    const { store } = fixture;
    const namespace = await fixture.namespace();
    const owner = await store.create('ConfigMap', configMap(namespace, 'owner'));
    const created = await store.create('Repository', repository(namespace, 'r', { labels: { a: '1' }, annotations: { a: '1' } }));
    const withStatus = await store.replaceStatus('Repository', { ...created, status: { phase: 'Ready' } });
    const replaced = await store.replace('Repository', {
      ...withStatus,
      metadata: {
        ...withStatus.metadata,
        labels: { b: '2' },
        annotations: { b: '2' },
        finalizers: [FINALIZER],
        ownerReferences: [ownedBy(owner)],
      },
      spec: { backend: { local: { mountPath: '/elsewhere' } } },
      status: { phase: 'NotReady' },
    });
    assert.deepEqual(await store.get('Repository', keyOf(created)), replaced);
    assert.deepEqual(replaced.metadata.labels, { b: '2' });
    assert.deepEqual(replaced.metadata.annotations, { b: '2' });
    assert.deepEqual(replaced.metadata.finalizers, [FINALIZER]);
    assert.deepEqual(replaced.metadata.ownerReferences, [ownedBy(owner)]);
    assert.deepEqual(replaced.spec.backend, { local: { mountPath: '/elsewhere' } });
    assert.equal(replaced.status?.phase, 'Ready');
    assert.equal(replaced.metadata.uid, created.metadata.uid);
    assert.equal(replaced.metadata.creationTimestamp, created.metadata.creationTimestamp);
    // Nothing is left that could not be removed with its namespace.
    await store.replace('Repository', { ...replaced, metadata: { ...replaced.metadata, finalizers: [] } });
  });

  it('raises generation only when spec changed', async () => {
    const { store } = fixture;
    const created = await store.create('Repository', repository(await fixture.namespace(), 'generations'));
    const labeled = await store.replace('Repository', { ...created, metadata: { ...created.metadata, labels: { a: 'b' } } });
    assert.equal(labeled.metadata.generation, 1);
    const status = await store.replaceStatus('Repository', { ...labeled, status: { phase: 'Ready' } });
    assert.equal(status.metadata.generation, 1);
    const changed = await store.replace('Repository', {
      ...status,
      spec: { ...status.spec, wipeOut: true, backend: { gcs: { bucket: 'b' } } },
    });
    assert.equal(changed.metadata.generation, 2);
  });

  it('replaces status alone', async () => {
    const { store } = fixture;
    const created = await store.create('Repository', repository(await fixture.namespace(), 'status', { labels: { a: '1' } }));
    const given = { ...created, spec: { backend: {} }, metadata: { ...created.metadata, labels: {} }, status: { phase: 'Ready' as const } };
    const replaced = await store.replaceStatus('Repository', given);
    assert.deepEqual(replaced.spec, created.spec);
    assert.deepEqual(replaced.metadata.labels, { a: '1' });
    assert.equal(replaced.status?.phase, 'Ready');
    assert.notEqual(replaced.metadata.resourceVersion, created.metadata.resourceVersion);
  });

  it('does not write an equal object or an equal status', async () => {
    const { store } = fixture;
    const created = await store.create('Repository', repository(await fixture.namespace(), 'equal', { labels: { a: '1', b: '2' } }));
    const written = await store.replaceStatus('Repository', { ...created, status: { phase: 'Ready', snapshotCount: 1 } });
    const sameInOtherOrder = { ...written, metadata: { ...written.metadata, labels: { b: '2', a: '1' }, finalizers: [] } };
    assert.deepEqual(await store.replace('Repository', sameInOtherOrder), written);
    assert.deepEqual(await store.replaceStatus('Repository', { ...written, status: { snapshotCount: 1, phase: 'Ready' } }), written);
    assert.deepEqual(await store.get('Repository', keyOf(created)), written);
  });

  it('shows every write of its own in the next read', async () => {
    const { store } = fixture;
    const namespace = await fixture.namespace();
    for (let round = 0; round < 10; round++) {
      const created = await store.create('Repository', repository(namespace, 'mine', { labels: { round: String(round) } }));
      assert.deepEqual(await store.get('Repository', keyOf(created)), created);
      assert.deepEqual(await store.list('Repository', { namespace, labels: { round: String(round) } }), [created]);
      const changed = await store.replace('Repository', { ...created, spec: { backend: { gcs: { bucket: 'b' } } } });
      assert.deepEqual(await store.get('Repository', keyOf(created)), changed);
      const ready = await store.replaceStatus('Repository', { ...changed, status: { phase: 'Ready' } });
      assert.deepEqual(await store.list('Repository', { namespace }), [ready]);
      await store.delete('Repository', keyOf(created));
      assert.equal(await store.get('Repository', keyOf(created)), undefined);
      assert.deepEqual(await store.list('Repository', { namespace }), []);
    }
  });

  it('keeps what was acknowledged for the next process', async () => {
    const { store } = fixture;
    const namespace = await fixture.namespace();
    const kept = await store.create('Repository', repository(namespace, 'kept'));
    const gone = await store.create('Repository', repository(namespace, 'gone'));
    await store.delete('Repository', keyOf(gone));
    const next = await fixture.reopen();
    try {
      assert.deepEqual(await next.list('Repository', { namespace }), [kept]);
      const newer = await next.create('Repository', repository(namespace, 'newer'));
      await soon(async () => assert.deepEqual(await store.get('Repository', keyOf(newer)), newer));
    } finally {
      await next.close();
    }
  });
}
