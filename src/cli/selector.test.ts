import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCode } from '../errors/error.ts';
import { parseSelector } from './selector.ts';

const labels = { app: 'orders', tier: 'db' };
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', labels } };

const CASES: [selector: string | undefined, matches: boolean][] = [
  [undefined, true],
  ['app=orders', true],
  ['app==orders', true],
  ['app=other', false],
  ['app!=orders', false],
  ['missing!=anything', true],
  ['app', true],
  ['missing', false],
  ['!missing', true],
  ['!app', false],
  ['app=orders,tier=db', true],
  ['app=orders,tier=web', false],
  ['app in (orders, carts)', true],
  ['app notin (orders,carts)', false],
  ['missing notin (a)', true],
  ['app in (orders,carts),tier', true],
  ['missing=', false],
];

for (const [selector, matches] of CASES) {
  test(`${selector ?? 'no selector'} ${matches ? 'matches' : 'does not match'}`, () => {
    assert.equal(parseSelector(selector)(object), matches);
  });
}

for (const selector of ['', 'a=b=c', 'a in b', '=x', 'a,,b']) {
  test(`${JSON.stringify(selector)} is refused`, () => {
    assert.throws(
      () => parseSelector(selector),
      (error) => isCode(error, 'Usage'),
    );
  });
}
