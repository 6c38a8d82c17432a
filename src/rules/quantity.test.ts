import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amountOf } from './quantity.ts';

test('Quantities are numbers with the suffixes of Kubernetes', () => {
  const cases: [string | number, number][] = [
    [2, 2],
    ['0', 0],
    ['1500m', 1.5],
    ['.5', 0.5],
    ['1.', 1],
    ['1Ki', 1024],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['2k', 2000],
    ['1e3', 1000],
    ['1E3', 1000],
    ['1E', 1e18],
    ['-1M', -1e6],
  ];
  for (const [quantity, amount] of cases) assert.equal(amountOf(quantity), amount, String(quantity));
  for (const none of ['', 'Gi', '1 Gi', '1KB', '1K', 'one']) assert.ok(Number.isNaN(amountOf(none)), none);
});
