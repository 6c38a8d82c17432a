import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readManifests } from './manifest.ts';

const TEXT = `# a comment
kind: A
metadata:
  name: x
  labels: { plain: b, "a.b/c": d }
spec:
  target:
    paths: [/a,
      /b]
  execOps:
    - alias: full
      schedule: "@daily"
    - &second
      alias: incremental
  copy:
    <<: *second
    own: 1
`;

const table: [path: string, line: number][] = [
  ['', 2],
  ['kind', 2],
  ['metadata.name', 4],
  ['metadata.labels["a.b/c"]', 5],
  ['spec', 6],
  ['spec.target.paths[1]', 9],
  ['spec.execOps[0].schedule', 12],
  ['spec.execOps[1].alias', 14],
  ['spec.execOps[1].schedule', 14],
  ['spec.repository.name', 6],
  ['spec.copy.alias', 15],
  ['spec.copy.own', 17],
  ['status.phase', 2],
];
for (const [path, line] of table) {
  test(`the line of ${path === '' ? 'the whole' : path}`, () =>
    assert.equal(readManifests(TEXT, 'a.yaml').documents[0]?.lineAt(path), line));
}

test('a member of a List has lines of its own', () => {
  const [, second] = readManifests('kind: List\nitems:\n- kind: A\n  spec: {}\n- kind: B\n  spec:\n    b: 1\n', 'a.yaml').documents;
  assert.deepEqual([second?.line, second?.lineAt('spec.b'), second?.lineAt('spec.c')], [5, 7, 6]);
});
