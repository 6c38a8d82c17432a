import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeWanted } from './merge.ts';
import { filesSidecar, patchOf, physicalSidecar, webDeployment } from './testing/workloads.ts';
import type { WantedSidecar } from './wanted.ts';

test('Aliases and objects that ask for the same sidecar share it', () => {
  assert.deepEqual(mergeWanted([filesSidecar(), filesSidecar()]).length, 1);
  assert.deepEqual(mergeWanted([filesSidecar(), filesSidecar({ container: 'other' })]).length, 2);
  const [both] = mergeWanted([
    filesSidecar({ target: {}, env: [{ name: 'A', value: 'a' }] }),
    physicalSidecar({ env: [{ name: 'B', value: 'b' }] }),
  ]);
  assert.deepEqual([both?.image, both?.staged, both?.tempDir?.sizeLimit], ['${TARGET_IMAGE}', 'Physical', '4Gi']);
  assert.deepEqual(
    both?.env?.map(({ name }) => name),
    ['A', 'B'],
  );
  const [paths] = mergeWanted([filesSidecar({ target: { paths: ['/b', '/a'] } }), filesSidecar({ target: { paths: ['/a', '/c'] } })]);
  assert.deepEqual(paths?.target.paths, ['/a', '/b', '/c']);
});

test('A second object that asks for the same restarts no pod', () => {
  const one = [filesSidecar()];
  assert.equal(patchOf(webDeployment(), [...one, ...one]).hash, patchOf(webDeployment(), one).hash);
});

const refused: [string, Partial<WantedSidecar>, Partial<WantedSidecar>][] = [
  ['images', { image: 'a:1' }, { image: 'b:1' }],
  ['tempDir', { tempDir: { sizeLimit: '1Gi' } }, { tempDir: { sizeLimit: '2Gi' } }],
  ['paths or volumeMounts', { target: {} }, { target: { paths: ['/a'] } }],
  ['values of the variable A', { env: [{ name: 'A', value: '1' }] }, { env: [{ name: 'A', value: '2' }] }],
  ['runtimeSettings', { runtimeSettings: { env: [] } }, { runtimeSettings: {} }],
];
for (const [what, one, other] of refused)
  test(`Different ${what} do not go together in one container`, () => {
    assert.throws(() => mergeWanted([filesSidecar(one), filesSidecar(other)]), {
      code: 'SidecarRefused',
      message: `the sidecar "stash" is asked for with different ${what}`,
    });
  });
