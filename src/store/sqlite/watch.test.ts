import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { KindMap } from '../../api/kinds.ts';
import { keyOf } from '../../api/object.ts';
import { testClock } from '../../runtime/test-clock.ts';
import { configMap, freshNamespace, ownedBy } from '../conformance/fixture.ts';
import { openSqliteStore } from './sqlite-store.ts';

const directory = mkdtempSync(join(tmpdir(), 'stash-watch-'));
const file = join(directory, 'store.db');
const clock = testClock();
// So few remembered deletions that a consumer that reads slowly falls behind them.
const store = openSqliteStore({ file, clock, newUid: randomUUID, tombstones: 2 });
after(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});

test('law: the events of a watch, applied one by one, give what a list gives, however slowly they are read', {
  timeout: 60_000,
}, async () => {
  const step = fc.record({
    does: fc.constantFrom('write', 'delete', 'own', 'readOne', 'readAll', 'burst'),
    name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    owner: fc.constantFrom('a', 'b', 'c'),
  });
  const law = fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
    const namespace = freshNamespace();
    const stop = new AbortController();
    const reader = new Reader(namespace, stop.signal);
    await reader.readUntilSynced();
    for (const { does, name, owner } of steps) {
      if (does === 'readOne') await reader.readOne();
      else if (does === 'readAll') await reader.readAll();
      else if (does === 'burst') await burst(namespace);
      else if (does === 'delete') await remove(namespace, name);
      else await write(namespace, name, does === 'own' && owner !== name ? owner : undefined);
    }
    await reader.readAll();
    stop.abort();
  });
  await fc.assert(law, { numRuns: 25 });
});

/** What a consumer knows that believes every event. */
class Reader {
  readonly #events: AsyncIterator<{ type: string; object?: KindMap['ConfigMap'] }>;
  readonly #namespace: string;
  readonly #known = new Map<string, KindMap['ConfigMap']>();

  constructor(namespace: string, signal: AbortSignal) {
    this.#namespace = namespace;
    this.#events = store.watch(['ConfigMap'], { signal })[Symbol.asyncIterator]();
  }

  async readUntilSynced(): Promise<void> {
    while ((await this.#read()) !== 'Synced');
  }

  async readOne(): Promise<void> {
    // Without a change of its own there might be nothing to read.
    await store.create('ConfigMap', configMap(this.#namespace, `one-${randomUUID()}`));
    await this.#read();
  }

  async readAll(): Promise<void> {
    const listed = textOf(await store.list('ConfigMap', { namespace: this.#namespace }));
    for (let reads = 0; textOf(this.#known.values()) !== listed; reads++) {
      assert.ok(reads < 2_000, `known: ${textOf(this.#known.values())}; listed: ${listed}`);
      await this.#read();
    }
  }

  async #read(): Promise<string> {
    const { value: event } = await this.#events.next();
    const uid = event.object?.metadata.uid ?? '';
    if (event.object?.metadata.namespace !== this.#namespace) return event.type;
    if (event.type === 'Deleted') assert.ok(this.#known.delete(uid), 'an unknown object was deleted');
    else {
      assert.equal(this.#known.has(uid), event.type === 'Modified', `${event.type} does not fit`);
      this.#known.set(uid, event.object);
    }
    return event.type;
  }
}

function textOf(objects: Iterable<KindMap['ConfigMap']>): string {
  return [...objects]
    .map(({ metadata }) => `${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`)
    .sort()
    .join();
}

async function write(namespace: string, name: string, ownerName: string | undefined): Promise<void> {
  const owner = ownerName === undefined ? undefined : await store.get('ConfigMap', { namespace, name: ownerName });
  const given = configMap(namespace, name, owner === undefined ? [] : [ownedBy(owner)]);
  const found = await store.get('ConfigMap', { namespace, name });
  if (found === undefined) await store.create('ConfigMap', given);
  else await store.replace('ConfigMap', { ...found, data: { text: randomUUID() } });
}

async function remove(namespace: string, name: string): Promise<void> {
  const found = await store.get('ConfigMap', { namespace, name });
  if (found !== undefined) await store.delete('ConfigMap', keyOf(found));
}

/** Enough deletions that those before are forgotten: the store forgets at every 64th version. */
async function burst(namespace: string): Promise<void> {
  const owner = await store.create('ConfigMap', configMap(namespace, `burst-${randomUUID().slice(0, 8)}`));
  for (let n = 0; n < 66; n++) await store.create('ConfigMap', configMap(namespace, `${owner.metadata.name}-${n}`, [ownedBy(owner)]));
  await store.delete('ConfigMap', keyOf(owner));
}
