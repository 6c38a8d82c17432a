import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitOf, ratios } from './figures.ts';

test('the worst against its own goal comes last, and one that is missed is not made good by others', () => {
  const limit = limitOf(10, { factor: 1.05, allowance: 2 });
  assert.equal(limit, 12.5);
  const figures = [
    { name: 'full', ours: 12.5, raw: 10, limit },
    { name: 'same', ours: 5, raw: 2, limit: limitOf(2, { factor: 1, allowance: 3 }) },
    { name: 'idle', ours: 77, limit: 70 },
    { name: 'told', ours: 9, raw: 1 },
  ];
  assert.deepEqual(ratios(figures), {
    lines: [
      'mariadb-full ratio 1.25 goal 1.25',
      'mariadb-same ratio 2.50 goal 2.50',
      'mariadb-idle ratio 1.10 goal 1.00',
      'mariadb-idle ratio 1.10 goal 1.00',
    ],
    met: false,
  });
  assert.ok(ratios(figures.filter(({ name }) => name !== 'idle')).met);
});
