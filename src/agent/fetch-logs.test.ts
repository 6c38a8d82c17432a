import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeName } from './fetch-logs.ts';

for (const [count, first, last] of [
  [2, '001', '002'],
  [999, '001', '999'],
  [1000, '0001', '1000'],
  [12_345, '00001', '12345'],
] as const)
  test(`the directories of ${count} logs are sorted by name as the logs are`, () => {
    const names = Array.from({ length: count }, (_, at) => placeName(at, count));
    assert.deepEqual([names[0], names.at(-1)], [first, last]);
    assert.deepEqual(names.toSorted(), names);
  });
