import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes, parseBytes } from './bytes.ts';

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
    assert.ok(Math.abs((parseBytes(text) ?? -1) - bytes) <= bytes / 1000, text);
  }
});

test('what is no size is read as nothing', () => {
  for (const text of ['', '12', 'many KiB', '1.5 KB', '1.5KiB', '1.2.3 MiB']) assert.equal(parseBytes(text), undefined, text);
});
