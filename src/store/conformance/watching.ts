import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { KindName } from '../../api/kinds.ts';
import { type AnyObject, keyOf } from '../../api/object.ts';
import type { Store, WatchEvent } from '../store.ts';
import { configMap, FINALIZER, type Fixture, repository } from './fixture.ts';

export function watchRules(fixture: Fixture): void {
  it('watches first what there is, then Synced, then changes', async () => {
    const { store } = fixture;
    const namespace = await fixture.namespace();
    for (const name of ['a', 'b']) await store.create('Repository', repository(namespace, name));
    await using watcher = new Watcher(store, ['Repository'], namespace);
    await watcher.until(({ length }) => length === 3);
    assert.deepEqual(watcher.texts().slice(0, 2).sort(), ['Added a', 'Added b']);
    assert.equal(watcher.texts()[2], 'Synced');

    const created = await store.create('Repository', repository(namespace, 'c', { finalizers: [FINALIZER] }));
    await watcher.until((texts) => texts.includes('Added c'));
    const ready = await store.replaceStatus('Repository', { ...created, status: { phase: 'Ready' } });
    await watcher.until((texts) => texts.at(-1) === 'Modified c');
    assert.deepEqual(watcher.last(), ready);
    await store.delete('Repository', keyOf(created));
    await watcher.until((texts) => texts.filter((text) => text === 'Modified c').length === 2);
    const marked = watcher.last();
    assert.ok(marked?.metadata.deletionTimestamp);
    await store.replace('Repository', { ...ready, metadata: { ...marked.metadata, finalizers: [] } });
    await watcher.until((texts) => texts.at(-1) === 'Deleted c');
    assert.equal(watcher.last()?.metadata.uid, created.metadata.uid);
  });

  it('tells the latest state of every object and the order of changes', async () => {
    const { store } = fixture;
    const namespace = await fixture.namespace();
    await using watcher = new Watcher(store, ['ConfigMap'], namespace);
    await watcher.until((texts) => texts.includes('Synced'));
    let object = await store.create('ConfigMap', configMap(namespace, 'busy'));
    for (let count = 1; count <= 50; count++) object = await store.replace('ConfigMap', { ...object, data: { count: String(count) } });
    await store.create('ConfigMap', configMap(namespace, 'end'));
    await watcher.until((texts) => texts.includes('Added end'));
    const busy = watcher.objects().filter(({ metadata }) => metadata.name === 'busy');
    assert.deepEqual(busy.at(-1), object);
    const counts = busy.map(({ data }) => Number(data?.count ?? 0));
    assert.deepEqual(
      counts,
      [...new Set(counts)].sort((a, b) => a - b),
      'each state at most once, none before an older one',
    );
  });

  it('watches the kinds that were asked for, and no others', async () => {
    const { store } = fixture;
    const namespace = await fixture.namespace();
    await using watcher = new Watcher(store, ['ConfigMap', 'Repository'], namespace);
    await store.create('Secret', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'unseen', namespace }, data: {} });
    await store.create('ConfigMap', configMap(namespace, 'seen'));
    await store.create('Repository', repository(namespace, 'seen-too'));
    await watcher.until((texts) => texts.includes('Added seen-too') && texts.includes('Added seen'));
    assert.ok(!watcher.texts().some((text) => text.includes('unseen')));
  });

  it('tells a deleted and re-created object apart', async () => {
    const { store } = fixture;
    const namespace = await fixture.namespace();
    const first = await store.create('ConfigMap', configMap(namespace, 'phoenix'));
    await using watcher = new Watcher(store, ['ConfigMap'], namespace);
    await watcher.until((texts) => texts.includes('Synced'));
    await store.delete('ConfigMap', keyOf(first));
    const second = await store.create('ConfigMap', configMap(namespace, 'phoenix'));
    await watcher.until((texts) => texts.length === 4);
    assert.deepEqual(watcher.texts(), ['Added phoenix', 'Synced', 'Deleted phoenix', 'Added phoenix']);
    assert.deepEqual(watcher.last(), second);
  });

  it('sees changes that another store on the same data makes', async () => {
    const second = await fixture.reopen();
    const namespace = await fixture.namespace();
    await using watcher = new Watcher(fixture.store, ['ConfigMap'], namespace);
    await watcher.until((texts) => texts.includes('Synced'));
    try {
      const created = await second.create('ConfigMap', configMap(namespace, 'theirs'));
      await watcher.until((texts) => texts.includes('Added theirs'));
      await second.delete('ConfigMap', keyOf(created));
      await watcher.until((texts) => texts.includes('Deleted theirs'));
    } finally {
      await second.close();
    }
  });

  it('ends the watch when the signal aborts, also while nothing happens and also when it was aborted before', async () => {
    const stop = new AbortController();
    const watcher = new Watcher(fixture.store, ['ConfigMap'], await fixture.namespace(), stop.signal);
    await watcher.until((texts) => texts.includes('Synced'));
    stop.abort();
    await watcher.ended;
    await new Watcher(fixture.store, ['ConfigMap'], await fixture.namespace(), stop.signal).ended;
  });

  it('ends the watch when the store is closed', async () => {
    const second = await fixture.reopen();
    const watcher = new Watcher(second, ['ConfigMap'], await fixture.namespace());
    await watcher.until((texts) => texts.includes('Synced'));
    await second.close();
    await watcher.ended;
  });
}

/** Collects the events of one namespace, as `TYPE NAME`. */
class Watcher<K extends KindName> {
  readonly ended: Promise<void>;
  readonly #events: WatchEvent<K>[] = [];
  readonly #stop = new AbortController();
  #changed = Promise.withResolvers<void>();

  constructor(store: Store, kinds: readonly K[], namespace: string, signal?: AbortSignal) {
    this.ended = this.#collect(store, kinds, namespace, signal ?? this.#stop.signal);
  }

  async until(condition: (texts: string[]) => boolean): Promise<void> {
    const deadline = AbortSignal.timeout(20_000);
    const tooLate = new Promise((resolve) => deadline.addEventListener('abort', resolve));
    while (!condition(this.texts())) {
      assert.ok(!deadline.aborted, `the watch told only: ${this.texts().join(', ')}`);
      await Promise.race([this.#changed.promise, tooLate]);
    }
  }

  texts(): string[] {
    return this.#events.map((event) => (event.type === 'Synced' ? event.type : `${event.type} ${event.object.metadata.name}`));
  }

  objects() {
    return this.#events.flatMap((event) => (event.type === 'Synced' ? [] : [event.object]));
  }

  last() {
    return this.objects().at(-1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.ended;
  }

  async #collect(store: Store, kinds: readonly K[], namespace: string, signal: AbortSignal): Promise<void> {
    for await (const event of store.watch(kinds, { signal })) {
      if (event.type !== 'Synced' && (event.object.metadata.namespace !== namespace || isOfTheCluster(event.object))) continue;
      this.#events.push(event);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers<void>();
    }
  }
}

/** A cluster puts this one into every namespace. */
function isOfTheCluster({ metadata }: AnyObject): boolean {
  return metadata.name === 'kube-root-ca.crt';
}
