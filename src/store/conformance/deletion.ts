import assert from 'node:assert/strict';
import { it } from 'node:test';
import { keyOf } from '../../api/object.ts';
import { FINALIZER, type Fixture, rejectsWith, repository } from './fixture.ts';

export function deletionRules(fixture: Fixture): void {
  it('removes an object without finalizers at once', async () => {
    const { store } = fixture;
    const created = await store.create('Repository', repository(await fixture.namespace(), 'plain'));
    await store.delete('Repository', keyOf(created), { uid: created.metadata.uid ?? '' });
    assert.equal(await store.get('Repository', keyOf(created)), undefined);
  });

  it('answers NotFound to a delete of what is not there', async () => {
    await rejectsWith(fixture.store.delete('Repository', { namespace: await fixture.namespace(), name: 'none' }), 'NotFound');
  });

  it('marks an object with finalizers, once, and removes it with the last of them', async () => {
    const { store } = fixture;
    const second = 'stash.appscode.com/second';
    const created = await store.create('Repository', repository(await fixture.namespace(), 'held', { finalizers: [FINALIZER, second] }));
    await store.delete('Repository', keyOf(created));
    const marked = await store.get('Repository', keyOf(created));
    assert.ok(marked?.metadata.deletionTimestamp);
    await store.delete('Repository', keyOf(created));
    assert.deepEqual(await store.get('Repository', keyOf(created)), marked);

    const one = await store.replace('Repository', { ...marked, metadata: { ...marked.metadata, finalizers: [second] } });
    assert.equal(one.metadata.deletionTimestamp, marked.metadata.deletionTimestamp);
    await store.replace('Repository', { ...one, metadata: { ...one.metadata, finalizers: [] } });
    assert.equal(await store.get('Repository', keyOf(created)), undefined);
  });

  it('takes status, but no new finalizer, on an object under deletion', async () => {
    const { store } = fixture;
    const created = await store.create('Repository', repository(await fixture.namespace(), 'leaving', { finalizers: [FINALIZER] }));
    await store.delete('Repository', keyOf(created));
    const marked = await store.get('Repository', keyOf(created));
    assert.ok(marked);
    const withStatus = await store.replaceStatus('Repository', { ...marked, status: { phase: 'NotReady' } });
    assert.equal(withStatus.status?.phase, 'NotReady');
    const metadata = { ...withStatus.metadata, finalizers: [FINALIZER, 'stash.appscode.com/late'] };
    await rejectsWith(store.replace('Repository', { ...withStatus, metadata }), 'Invalid');
    await store.replace('Repository', { ...withStatus, metadata: { ...metadata, finalizers: [] } });
  });

  it('ignores a deletionTimestamp that a caller writes', async () => {
    const { store } = fixture;
    const given = repository(await fixture.namespace(), 'forged', { deletionTimestamp: '2026-11-22T10:00:00Z' });
    const created = await store.create('Repository', given);
    assert.equal(created.metadata.deletionTimestamp, undefined);
  });
}
