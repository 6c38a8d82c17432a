import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectorText } from './workload.ts';

test('a selector is written as the API server takes it', () => {
  const matchExpressions = [
    { key: 'tier', operator: 'In', values: ['a', 'b'] },
    { key: 'old', operator: 'NotIn', values: ['yes'] },
    { key: 'here', operator: 'Exists' },
    { key: 'gone', operator: 'DoesNotExist' },
  ];
  assert.equal(selectorText({ matchLabels: { app: 'db' }, matchExpressions }), 'app=db,tier in (a,b),old notin (yes),here,!gone');
});
