import assert from 'node:assert/strict';
import { it } from 'node:test';
import { keyOf, type ObjectKey } from '../../api/object.ts';
import { isCode } from '../../errors/error.ts';
import type { Store } from '../store.ts';
import { configMap, type Fixture, rejectsWith, repository, soon } from './fixture.ts';

export function concurrencyRules(fixture: Fixture): void {
  it('refuses a write that is based on an older state', async () => {
    const { store } = fixture;
    const old = await store.create('Repository', repository(await fixture.namespace(), 'raced'));
    const newer = await store.replaceStatus('Repository', { ...old, status: { phase: 'Ready' } });
    await rejectsWith(store.replace('Repository', { ...old, spec: { backend: { gcs: { bucket: 'b' } } } }), 'Conflict');
    await rejectsWith(store.replaceStatus('Repository', { ...old, status: { phase: 'NotReady' } }), 'Conflict');
    assert.deepEqual(await store.get('Repository', keyOf(old)), newer);
  });

  it('refuses a write to an object that was made anew', async () => {
    const { store } = fixture;
    const old = await store.create('Repository', repository(await fixture.namespace(), 'anew'));
    await store.delete('Repository', keyOf(old));
    await store.create('Repository', repository(old.metadata.namespace ?? '', 'anew'));
    await rejectsWith(store.replaceStatus('Repository', { ...old, status: { phase: 'Ready' } }), 'Conflict');
    await rejectsWith(store.delete('Repository', keyOf(old), { uid: old.metadata.uid ?? '' }), 'Conflict');
  });

  it('answers NotFound to a replace of what is not there', async () => {
    const { store } = fixture;
    const gone = await store.create('Repository', repository(await fixture.namespace(), 'gone'));
    await store.delete('Repository', keyOf(gone));
    await rejectsWith(store.replace('Repository', gone), 'NotFound');
    await rejectsWith(store.replaceStatus('Repository', gone), 'NotFound');
  });

  it('loses no increment of two writers who repeat on conflict', async () => {
    const second = await fixture.reopen();
    try {
      const key = keyOf(await fixture.store.create('ConfigMap', configMap(await fixture.namespace(), 'counter')));
      await soon(async () => assert.ok(await second.get('ConfigMap', key)));
      const rounds = 15;
      await Promise.all([fixture.store, second, fixture.store].map((store) => increment(store, key, rounds)));
      await soon(async () => assert.equal((await fixture.store.get('ConfigMap', key))?.data?.count, String(3 * rounds)));
    } finally {
      await second.close();
    }
  });

  it('lets one of several creators of a name win', async () => {
    const namespace = await fixture.namespace();
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => fixture.store.create('Repository', repository(namespace, 'wanted'))),
    );
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const result of results) if (result.status === 'rejected') assert.ok(isCode(result.reason, 'AlreadyExists'));
  });
}

async function increment(store: Store, key: ObjectKey, rounds: number): Promise<void> {
  for (let done = 0; done < rounds; ) {
    const found = await store.get('ConfigMap', key);
    assert.ok(found);
    try {
      await store.replace('ConfigMap', { ...found, data: { count: String(Number(found.data?.count ?? 0) + 1) } });
      done += 1;
    } catch (error) {
      if (!isCode(error, 'Conflict')) throw error;
    }
  }
}
