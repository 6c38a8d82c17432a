import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes } from './bytes.ts';

test('sizes are shown as Stash shows them', () => {
  for (const [bytes, text] of [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.000 KiB'],
    [2629, '2.567 KiB'],
    [5 * 1024 ** 3, '5.000 GiB'],
    [1.5 * 1024 ** 4, '1.500 TiB'],
  ] as const) {
    assert.equal(formatBytes(bytes), text);
  }
});
