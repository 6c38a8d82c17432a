import assert from 'node:assert/strict';
import type { KindMap } from '../../../api/kinds.ts';
import { soon } from '../../conformance/fixture.ts';
import type { Store } from '../../store.ts';

type ConfigMap = KindMap['ConfigMap'];

/** Watches the ConfigMaps of a store and believes every event; complains of one that does not fit to what it knows. */
export class Believer {
  readonly events: string[] = [];
  readonly #known = new Map<string, ConfigMap>();
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #synced = false;

  constructor(store: Store) {
    this.#ended = this.#watch(store);
  }

  async synced(): Promise<void> {
    await soon(async () => assert.ok(this.#synced, 'not synced'));
  }

  /** Resolves when what it knows is what `truth` lists. */
  async agrees(truth: Store, namespace: string): Promise<void> {
    await soon(async () => {
      const known = [...this.#known.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
      assert.deepEqual(known, await truth.list('ConfigMap', { namespace }));
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #watch(store: Store): Promise<void> {
    for await (const event of store.watch(['ConfigMap'], { signal: this.#stop.signal })) {
      if (event.type === 'Synced') {
        this.#synced = true;
        continue;
      }
      const { uid = '', name } = event.object.metadata;
      this.events.push(`${event.type} ${name}`);
      if (event.type === 'Deleted') assert.ok(this.#known.delete(uid), `${name} was not known`);
      else {
        assert.equal(this.#known.has(uid), event.type === 'Modified', `${event.type} ${name} does not fit`);
        this.#known.set(uid, event.object);
      }
    }
  }
}
