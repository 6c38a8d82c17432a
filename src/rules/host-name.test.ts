import assert from 'node:assert/strict';
import test from 'node:test';
import { isHostOf, sharesHosts } from './host-name.ts';

test('a host belongs to its alias, with or without a number behind it', () => {
  for (const [host, alias, expected] of [
    ['host-0', undefined, true],
    ['host', undefined, true],
    ['hostile', undefined, false],
    ['orders', 'orders', true],
    ['orders-12', 'orders', true],
    ['orders-copy', 'orders', false],
    ['orders', 'orders-1', false],
  ] as const)
    assert.equal(isHostOf(host, alias), expected, `${host} of ${alias}`);
});

test('an alias that looks like a numbered host of another target shares its name', () => {
  assert.ok(sharesHosts(undefined, 'host-0'));
  assert.ok(sharesHosts('orders-1', 'orders'));
  assert.ok(!sharesHosts('orders-1', 'orders-2'));
  assert.ok(!sharesHosts('orders', undefined));
});
