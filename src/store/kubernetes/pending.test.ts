import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Change } from './mirror.ts';
import { Pending } from './pending.ts';

const change = (type: Change['type'], uid: string, version = 0): Change => ({
  type,
  kind: 'ConfigMap',
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: uid, uid, resourceVersion: String(version) } },
});

for (const { given, expected } of [
  { given: ['Added', 'Modified'], expected: 'Added' },
  { given: ['Modified', 'Modified'], expected: 'Modified' },
  { given: ['Modified', 'Deleted'], expected: 'Deleted' },
  { given: ['Added', 'Deleted'], expected: undefined },
  { given: ['Deleted', 'Added'], expected: 'Modified' },
] as const) {
  test(`${given.join(', then ')} of one object is told as ${expected ?? 'nothing'}`, () => {
    const pending = new Pending();
    for (const [version, type] of given.entries()) pending.push(change(type, 'u', version));
    const told = pending.take();
    assert.deepEqual(told, expected === undefined ? undefined : change(expected, 'u', 1));
    assert.equal(pending.size, 0);
  });
}

test('the order is that of the latest changes', () => {
  const pending = new Pending();
  pending.begun();
  for (const uid of ['a', 'b', 'a']) pending.push(change('Modified', uid));
  assert.deepEqual([pending.take()?.object.metadata.uid, pending.take()?.object.metadata.uid], ['b', 'a']);
});

test('law: a consumer that believes what it is told knows in the end what there is, and never holds up more than one change an object', () => {
  const step = fc.record({ uid: fc.constantFrom('a', 'b', 'c'), does: fc.constantFrom('write', 'delete', 'read') });
  const law = fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
    const pending = new Pending();
    pending.begun();
    const there = new Set<string>();
    const known = new Set<string>();
    const read = () => {
      const told = pending.take();
      if (told === undefined) return false;
      const uid = told.object.metadata.uid ?? '';
      assert.equal(known.has(uid), told.type !== 'Added');
      if (told.type === 'Deleted') known.delete(uid);
      else known.add(uid);
      return true;
    };
    for (const { uid, does } of steps) {
      if (does === 'read') read();
      else if (does === 'write') {
        pending.push(change(there.has(uid) ? 'Modified' : 'Added', uid));
        there.add(uid);
      } else if (there.delete(uid)) pending.push(change('Deleted', uid));
      assert.ok(pending.size <= 3);
    }
    while (read());
    assert.deepEqual([...known].sort(), [...there].sort());
  });
  fc.assert(law);
});
