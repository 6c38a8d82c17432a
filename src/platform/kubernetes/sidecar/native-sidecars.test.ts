import assert from 'node:assert/strict';
import { test } from 'node:test';
import { supportsNativeSidecars } from './native-sidecars.ts';

test('Native sidecars are there from Kubernetes 1.29 on', () => {
  const cases: [string, string, boolean][] = [
    ['1', '28', false],
    ['1', '29', true],
    ['1', '31+', true],
    ['2', '0', true],
  ];
  for (const [major, minor, there] of cases) assert.equal(supportsNativeSidecars({ major, minor }), there, `${major}.${minor}`);
});
