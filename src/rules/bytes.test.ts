import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCode } from '../errors/error.ts';
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
  }
});

test('quantities are read as Kubernetes reads them', () => {
  for (const [text, bytes] of [
    ['2Gi', 2 * 1024 ** 3],
    ['500M', 500_000_000],
    ['1.5Ki', 1536],
    ['1e3', 1000],
    ['2E', 2e18],
    ['1k', 1000],
    ['100m', 1],
    ['0', 0],
    [1024, 1024],
  ] as const) {
    assert.equal(parseBytes(text), bytes, String(text));
  }
});

test('what is no size is refused with its value', () => {
  for (const text of ['', '2GB', 'lots', '1 Gi', '2gi', '-1Gi', '1e999']) {
    assert.throws(
      () => parseBytes(text),
      (error) => isCode(error, 'Invalid') && error.message.includes(`"${text}"`),
      text,
    );
  }
});
