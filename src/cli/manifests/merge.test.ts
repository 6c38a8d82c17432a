import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeManifest } from './merge.ts';

const old = {
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: {
    name: 'x',
    namespace: 'n',
    uid: 'u',
    resourceVersion: '7',
    finalizers: ['f'],
    labels: { a: '1' },
    annotations: { note: 'old', 'stash.appscode.com/request': '{}' },
  },
  spec: { a: 1, b: 2 },
  status: { phase: 'Ready' },
};
const manifest = (change: object) => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'x', namespace: 'n', ...change },
  spec: { a: 1, b: 2 },
});

test('the manifest replaces labels, annotations and spec; identity, finalizers, status and what commands noted stay', () => {
  assert.deepEqual(mergeManifest(old, { ...manifest({ labels: { b: '2' } }), spec: { a: 3 } }), {
    ...old,
    metadata: { ...old.metadata, labels: { b: '2' }, annotations: { 'stash.appscode.com/request': '{}' } },
    spec: { a: 3 },
  });
});

test('the same manifest again changes nothing, whatever the order of its fields', () => {
  const same = manifest({ labels: { a: '1' }, annotations: { note: 'old' } });
  assert.equal(mergeManifest(old, { ...same, spec: { b: 2, a: 1 } }), undefined);
});
