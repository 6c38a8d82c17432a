import assert from 'node:assert/strict';
import { it } from 'node:test';
import { keyOf } from '../../api/object.ts';
import type { Index } from '../store.ts';
import { configMap, type Fixture, repository, stashFunction } from './fixture.ts';

export function readingRules(fixture: Fixture): void {
  it('gets undefined where there is no object', async () => {
    assert.equal(await fixture.store.get('Repository', { namespace: await fixture.namespace(), name: 'none' }), undefined);
  });

  it('gets what was created, by kind, namespace and name', async () => {
    const { store } = fixture;
    const [namespace, other] = [await fixture.namespace(), await fixture.namespace()];
    const created = await store.create('Repository', repository(namespace, 'same'));
    await store.create('Repository', repository(other, 'same'));
    await store.create('ConfigMap', configMap(namespace, 'same'));
    assert.deepEqual(await store.get('Repository', { namespace, name: 'same' }), created);
    assert.equal((await store.get('ConfigMap', { namespace, name: 'same' }))?.data?.key, 'value');
  });

  it('keeps cluster-scoped objects without a namespace', async () => {
    const { store } = fixture;
    const name = await fixture.namespace();
    const created = await store.create('Function', stashFunction(name));
    assert.deepEqual(await store.get('Function', { namespace: '', name }), created);
    assert.ok((await store.list('Function')).some((found) => found.metadata.name === name));
    await store.delete('Function', keyOf(created));
  });

  it('lists by namespace, then name', async () => {
    const { store } = fixture;
    const namespaces = [await fixture.namespace(), await fixture.namespace()].sort();
    for (const namespace of namespaces.toReversed()) {
      for (const name of ['b', 'c', 'a-1', 'a']) await store.create('Repository', repository(namespace, name));
    }
    const found = (await store.list('Repository')).filter(({ metadata }) => namespaces.includes(metadata.namespace ?? ''));
    assert.deepEqual(
      found.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
      namespaces.flatMap((namespace) => ['a', 'a-1', 'b', 'c'].map((name) => `${namespace}/${name}`)),
    );
  });

  it('views what it lists, and what was got stays as it was', async () => {
    const { store } = fixture;
    const namespace = await fixture.namespace();
    const first = await store.create('Repository', repository(namespace, 'a', { labels: { tier: 'gold' } }));
    await store.create('Repository', repository(namespace, 'b'));
    const seen = await store.view('Repository', { namespace, labels: { tier: 'gold' } });
    await store.replaceStatus('Repository', { ...first, status: { phase: 'Ready' } });
    assert.deepEqual(seen, [first]);
    assert.deepEqual(await store.view('Repository', { namespace }), await store.list('Repository', { namespace }));
  });

  it('lists one namespace, and the objects that have every given label', async () => {
    const { store } = fixture;
    const namespace = await fixture.namespace();
    const odd = 'stash.appscode.com/it.s';
    await store.create('Repository', repository(namespace, 'both', { labels: { [odd]: 'x', tier: 'gold' } }));
    await store.create('Repository', repository(namespace, 'one', { labels: { [odd]: 'x' } }));
    await store.create('Repository', repository(namespace, 'other-value', { labels: { [odd]: 'y', tier: 'gold' } }));
    await store.create('Repository', repository(namespace, 'none'));
    const names = async (labels: Record<string, string>) =>
      (await store.list('Repository', { namespace, labels })).map(({ metadata }) => metadata.name);
    assert.deepEqual(await names({}), ['both', 'none', 'one', 'other-value']);
    assert.deepEqual(await names({ [odd]: 'x' }), ['both', 'one']);
    assert.deepEqual(await names({ [odd]: 'x', tier: 'gold' }), ['both']);
    assert.deepEqual(await names({ tier: 'silver' }), []);
    assert.deepEqual(await store.list('Repository', { namespace: await fixture.namespace() }), []);
  });

  it('lists the objects that have a key in an index, as they are now', async () => {
    const { store } = fixture;
    const [namespace, other] = [await fixture.namespace(), await fixture.namespace()];
    for (const [place, name, key] of [
      [namespace, 'a', 'x'],
      [namespace, 'b', 'x y'],
      [namespace, 'c', 'y'],
      [other, 'a', 'x'],
    ] as const)
      await store.create('ConfigMap', { ...configMap(place, name), data: { keys: key } });
    const words: Index<'ConfigMap'> = { keysOf: ({ data }) => data?.keys?.split(' ') ?? [] };
    const names = async (key: string, where: { namespace?: string } = {}) =>
      (await store.list('ConfigMap', { ...where, having: { index: words, key } }))
        .filter(({ metadata }) => [namespace, other].includes(metadata.namespace ?? ''))
        .map(({ metadata }) => `${metadata.namespace === other ? 'other' : 'one'}/${metadata.name}`);
    assert.deepEqual((await names('x')).toSorted(), ['one/a', 'one/b', 'other/a']);
    assert.deepEqual(await names('x', { namespace }), ['one/a', 'one/b']);
    assert.deepEqual(await names('z'), []);
    const changed = await store.get('ConfigMap', { namespace, name: 'b' });
    assert.ok(changed);
    await store.replace('ConfigMap', { ...changed, data: { keys: 'z' } });
    await store.delete('ConfigMap', { namespace, name: 'a' });
    assert.deepEqual(await names('x', { namespace }), []);
    assert.deepEqual(await names('z'), ['one/b']);
  });

  it("hands out copies that are the caller's own", async () => {
    const { store } = fixture;
    const namespace = await fixture.namespace();
    const given = repository(namespace, 'copied', { labels: { mine: 'no' } });
    const created = await store.create('Repository', given);
    given.metadata.labels = { mine: 'changed' };
    created.spec.backend = {};
    const first = await store.get('Repository', keyOf(given));
    assert.ok(first);
    first.metadata.name = 'changed';
    const [listed] = await store.list('Repository', { namespace });
    assert.deepEqual(listed?.metadata.labels, { mine: 'no' });
    assert.deepEqual(listed?.spec, repository(namespace, 'copied').spec);
    assert.equal(listed?.metadata.name, 'copied');
  });
}
