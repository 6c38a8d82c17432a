import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mirror } from './mirror.ts';
import { ownCopy } from './own-copy.ts';
import { isLater } from './versions.ts';

test('a list is by namespace and name, and by labels follows every change of them', () => {
  const mirror = new Mirror('ConfigMap');
  let version = 0;
  const change = (type: 'Changed' | 'Deleted', namespace: string, name: string, labels: Record<string, string> = {}) =>
    mirror.changed(type, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name, uid: `${namespace}/${name}`, resourceVersion: String(++version), labels },
    });
  const names = (labels: Record<string, string>, namespace?: string) =>
    mirror
      .list({ labels, ...(namespace === undefined ? {} : { namespace }) })
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);

  for (const namespace of ['b', 'a-b', 'a']) for (const name of ['2', '1']) change('Changed', namespace, name, { of: namespace, n: name });
  assert.deepEqual(names({}), ['a/1', 'a/2', 'a-b/1', 'a-b/2', 'b/1', 'b/2']);
  assert.deepEqual(names({ n: '1' }), ['a/1', 'a-b/1', 'b/1']);
  assert.deepEqual(names({ n: '1', of: 'b' }), ['b/1']);
  assert.deepEqual(names({ n: '1' }, 'a-b'), ['a-b/1']);
  change('Changed', 'a', '1', { n: '2' });
  change('Deleted', 'b', '1');
  change('Changed', 'c', '1', { n: '1' });
  assert.deepEqual(names({ n: '1' }), ['a-b/1', 'c/1']);
  assert.deepEqual(names({ n: '2' }), ['a/1', 'a/2', 'a-b/2', 'b/2']);
  assert.deepEqual(names({}, 'b'), ['b/2']);
  assert.deepEqual(names({ none: 'x' }), []);
});

test('an object whose last finalizer was taken away is gone, though the answer has a version that was seen', () => {
  const mirror = new Mirror('Repository');
  const metadata = { name: 'n', uid: 'u', resourceVersion: '5', deletionTimestamp: '2026-11-22T10:00:00Z' };
  const object = { apiVersion: 'stash.appscode.com/v1alpha1', kind: 'Repository', metadata: { ...metadata, finalizers: ['a/b'] } };
  mirror.changed('Changed', object);
  mirror.wrote({ ...object, metadata });
  assert.equal(mirror.get({ namespace: '', name: 'n' }), undefined);
  mirror.changed('Changed', object);
  assert.equal(mirror.get({ namespace: '', name: 'n' }), undefined);
});

test('a namespace that is being deleted is not gone yet', () => {
  const mirror = new Mirror('Namespace');
  const metadata = { name: 'n', uid: 'u', resourceVersion: '1' };
  mirror.wrote({ apiVersion: 'v1', kind: 'Namespace', metadata });
  mirror.wrote({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { ...metadata, resourceVersion: '2', deletionTimestamp: '2026-11-22T10:00:00Z' },
  });
  assert.equal(mirror.get({ namespace: '', name: 'n' })?.metadata.resourceVersion, '2');
});

for (const [a, b, expected] of [
  ['10', '9', true],
  ['9', '10', false],
  ['10', '10', false],
  ['11', '10', true],
  ['18446744073709551615', '18446744073709551614', true],
  ['5', undefined, true],
  ['opaque', '7', true],
] as const) {
  test(`version ${a} is ${expected ? '' : 'not '}later than ${b}`, () => assert.equal(isLater(a, b), expected));
}

test('a copy keeps a field of any name', () => {
  const given = JSON.parse('{"data":{"__proto__":"a","constructor":"b"}}') as { data: object };
  assert.equal(JSON.stringify(ownCopy(given)), JSON.stringify(given));
});

test('a copy shares nothing with what it was made of', () => {
  const given = { a: [{ b: 1, c: null }], d: { e: 'f', g: true }, h: undefined };
  const copy = ownCopy(given);
  assert.deepEqual(copy, given);
  copy.a[0] = { b: 2, c: null };
  copy.d.e = 'changed';
  assert.deepEqual(given, { a: [{ b: 1, c: null }], d: { e: 'f', g: true }, h: undefined });
});
