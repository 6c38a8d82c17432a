import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KIND_NAMES } from '../../api/kinds.ts';
import { printColumnsOf } from '../../api/print-columns.ts';
import { valueAt } from './json-path.ts';

const object = {
  labels: { 'stash.appscode.com/blueprint': 'b' },
  status: { phase: 'Ready', conditions: [{ type: 'A' }, { type: 'Ready', status: 'True' }] },
  list: ['x', 'y'],
};

const CASES: [path: string, value: unknown][] = [
  ['.status.phase', 'Ready'],
  ['.labels.stash\\.appscode\\.com/blueprint', 'b'],
  ['.list[1]', 'y'],
  ['.list[5]', undefined],
  ['.status.conditions[?(@.type=="Ready")].status', 'True'],
  ['.status.conditions[?(@.type=="None")].status', undefined],
  ['.nothing.here', undefined],
  ['.status.phase.deeper', undefined],
];

for (const [path, value] of CASES) {
  test(`${path} is ${String(value)}`, () => {
    assert.equal(valueAt(object, path), value);
  });
}

test('every print column uses a path that is understood as a whole', () => {
  for (const { jsonPath } of KIND_NAMES.flatMap((kind) => [...printColumnsOf(kind)])) {
    assert.match(jsonPath, /^(\.([\w/-]|\\\.)+|\[\d+\]|\[\?\(@\.[\w-]+=="[^"]*"\)\])+$/);
  }
});
