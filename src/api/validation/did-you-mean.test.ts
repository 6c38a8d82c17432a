import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { didYouMean } from './did-you-mean.ts';

const NAMES = ['schedule', 'retentionPolicy', 'runtimeSettings', 'repository', 'repositories', 'target', 'timeOut', 'task'];

const CASES: [string, string | undefined][] = [
  ['timeout', 'timeOut'],
  ['shedule', 'schedule'],
  ['retentionPolcy', 'retentionPolicy'],
  ['repositry', 'repository'],
  ['taks', 'task'],
  ['x', undefined],
  ['affinity', undefined],
];

for (const [written, meant] of CASES) {
  test(`takes ${written} for ${meant ?? 'nothing there is'}`, () => assert.equal(didYouMean(written, NAMES), meant));
}

test('knows a name with one letter left out, added or changed', () => {
  const edit = fc.constantFrom('drop', 'add', 'change');
  fc.assert(
    fc.property(fc.constantFrom(...NAMES.slice(0, 3)), fc.nat({ max: 6 }), edit, (name, at, kind) => {
      const kept = kind === 'add' ? name.slice(at) : name.slice(at + 1);
      const written = `${name.slice(0, at)}${kind === 'drop' ? '' : 'z'}${kept}`;
      assert.equal(didYouMean(written, NAMES), name);
    }),
  );
});
