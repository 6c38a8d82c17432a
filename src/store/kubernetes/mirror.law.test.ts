import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AnyObject } from '../../api/object.ts';
import { type Change, Mirror } from './mirror.ts';
import { isLater } from './versions.ts';

const NAMES = ['a', 'b', 'c'];

test('law: whatever the watch, lists and own writes race, own writes show at once and all ends as on the server', () => {
  const name = fc.constantFrom(...NAMES);
  const late = fc.nat({ max: 3 });
  const step = fc.oneof(
    fc.record({ does: fc.constant('theirs' as const), name }),
    fc.record({ does: fc.constant('theirDelete' as const), name }),
    fc.record({ does: fc.constant('write' as const), name, late, meanwhile: fc.constantFrom('nothing', 'put', 'delete') }),
    fc.record({ does: fc.constant('delete' as const), name, late }),
    fc.record({ does: fc.constant('deliver' as const), late }),
    fc.record({ does: fc.constantFrom('beginList' as const, 'endList' as const, 'bookmark' as const) }),
  );
  const law = fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
    const world = new World();
    for (const one of steps) {
      if (one.does === 'theirs') world.server.put(one.name);
      else if (one.does === 'theirDelete') world.server.delete(one.name);
      else if (one.does === 'write') world.ownWrite(one);
      else if (one.does === 'delete') world.ownDelete(one.name, one.late);
      else if (one.does === 'deliver') world.deliver(one.late);
      else if (one.does === 'bookmark') world.bookmark();
      else if (one.does === 'beginList') world.beginList();
      else world.endList();
      world.check();
    }
    world.endList();
    world.deliver(Number.POSITIVE_INFINITY);
    assert.deepEqual(world.mirror.list(), world.server.all());
    assert.deepEqual([...world.told.values()].sort(byName), world.server.all());
  });
  fc.assert(law, { numRuns: 3_000 });
});

/** An API server's history of one kind. */
class Server {
  readonly events: { type: 'Changed' | 'Deleted'; object: AnyObject }[] = [];
  readonly #now = new Map<string, AnyObject>();
  #uids = 0;
  #version = 1;

  get version(): string {
    return String(this.#version);
  }

  get(name: string): AnyObject | undefined {
    return this.#now.get(name);
  }

  all(): AnyObject[] {
    return [...this.#now.values()].sort(byName);
  }

  put(name: string): AnyObject {
    const uid = this.#now.get(name)?.metadata.uid ?? `u${++this.#uids}`;
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, uid, resourceVersion: String(++this.#version) } };
    this.#now.set(name, object);
    this.events.push({ type: 'Changed', object });
    return object;
  }

  delete(name: string): void {
    const last = this.#now.get(name);
    if (last === undefined) return;
    this.#now.delete(name);
    const object = { ...last, metadata: { ...last.metadata, resourceVersion: String(++this.#version) } };
    this.events.push({ type: 'Deleted', object });
  }
}

class World {
  readonly server = new Server();
  readonly mirror = new Mirror('ConfigMap');
  /** What a listener knows that believes every change. */
  readonly told = new Map<string, AnyObject>();
  readonly #acknowledged = new Map<string, string>();
  #delivered = 0;
  /** Ends a list that began: its state is that of its beginning. */
  #open: (() => void) | undefined;

  constructor() {
    this.mirror.listen((change) => this.#hear(change));
    this.beginList();
    this.endList();
  }

  /** The answer to a write may come after the watch told of it, and of what others did next. */
  ownWrite({ name, late, meanwhile }: { name: string; late: number; meanwhile: string }): void {
    const written = this.server.put(name);
    if (meanwhile === 'put') this.server.put(name);
    if (meanwhile === 'delete') this.server.delete(name);
    this.deliver(late);
    this.mirror.wrote(written);
    this.#acknowledged.set(name, written.metadata.resourceVersion ?? '');
  }

  /** As the cached store does it: looks first at what it does not know, deletes by uid, and looks afterwards at what is left. */
  ownDelete(name: string, late: number): void {
    if (this.mirror.get({ namespace: '', name }) === undefined) this.#look(name, late);
    for (;;) {
      const held = this.mirror.get({ namespace: '', name });
      const there = this.server.get(name);
      const gone = there !== undefined && there.metadata.uid === held?.metadata.uid;
      if (gone) this.server.delete(name);
      const { version } = this.server;
      this.#look(name, late);
      if (gone) this.#acknowledged.set(name, version);
      // Not there at all, or another one: a conflict, and once more.
      if (gone || there === undefined) return;
    }
  }

  deliver(most: number): void {
    if (this.#open !== undefined) return;
    for (const { type, object } of this.server.events.slice(this.#delivered, this.#delivered + most)) {
      this.#delivered += 1;
      this.mirror.changed(type, object);
    }
  }

  bookmark(): void {
    const last = this.server.events[this.#delivered - 1];
    if (last !== undefined) this.mirror.reached(last.object.metadata.resourceVersion ?? '');
  }

  /** A list that began before and was not ended is given up. */
  beginList(): void {
    const { version, events } = this.server;
    const listed = events.length;
    const listing = this.mirror.listing(version);
    const objects = this.server.all();
    listing.page(objects.slice(0, 1));
    this.#open = () => {
      listing.page(objects.slice(1));
      listing.done();
      this.#delivered = listed;
    };
  }

  endList(): void {
    this.#open?.();
    this.#open = undefined;
  }

  /** Of each object the mirror shows the state that was acknowledged last, or a later one. */
  check(): void {
    for (const [name, version] of this.#acknowledged) this.#mustKnow(name, version);
  }

  #look(name: string, late: number): void {
    const before = this.mirror.get({ namespace: '', name });
    const found = this.server.get(name);
    this.deliver(late);
    if (found !== undefined) this.mirror.wrote(found);
    else if (before !== undefined) this.mirror.absent(before);
  }

  #mustKnow(name: string, version: string): void {
    const held = this.mirror.get({ namespace: '', name });
    const after = this.server.events.filter(
      ({ object }) => object.metadata.name === name && isLater(object.metadata.resourceVersion, version),
    );
    const at = this.server.events.findLast(
      ({ object }) => object.metadata.name === name && !isLater(object.metadata.resourceVersion, version),
    );
    const allowed = [at, ...after].map((event) => (event?.type === 'Changed' ? event.object : undefined));
    assert.ok(
      allowed.includes(held),
      `${name} is shown as of ${held?.metadata.resourceVersion ?? 'never'}, but ${version} was acknowledged`,
    );
  }

  #hear({ type, object }: Change): void {
    const { uid = '' } = object.metadata;
    if (type === 'Deleted') assert.ok(this.told.delete(uid), 'something unknown was deleted');
    else {
      const before = this.told.get(uid);
      assert.equal(before === undefined, type === 'Added', `${type} does not fit`);
      if (before !== undefined)
        assert.ok(isLater(object.metadata.resourceVersion, before.metadata.resourceVersion), 'an older state was told');
      this.told.set(uid, object);
    }
  }
}

function byName(a: AnyObject, b: AnyObject): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

test('data that was put back from a copy, with lower versions, replaces everything', () => {
  const mirror = new Mirror('ConfigMap');
  const object = (name: string, version: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, uid: name, resourceVersion: version },
  });
  const first = mirror.listing('100');
  first.page([object('kept', '50'), object('newer', '90')]);
  first.done();
  const second = mirror.listing('60');
  second.page([object('kept', '50'), object('gone-since', '55')]);
  second.done();
  assert.deepEqual(
    mirror.list().map(({ metadata }) => metadata.name),
    ['gone-since', 'kept'],
  );
  mirror.changed('Changed', object('kept', '61'));
  assert.equal(mirror.get({ namespace: '', name: 'kept' })?.metadata.resourceVersion, '61');
});
