import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionOf, isTrue, withCondition } from './conditions.ts';

const ready = (status: 'True' | 'False' | 'Unknown', message = '') => ({ type: 'Ready', status, reason: 'R', message });

test('the time of a condition moves with its status, and not with its message', () => {
  const first = withCondition(undefined, ready('False'), '1');
  const second = withCondition(first, ready('False', 'more is known'), '2');
  const third = withCondition(second, ready('True'), '3');
  assert.deepEqual(
    [first, second, third].map((list) => [list[0]?.lastTransitionTime, list[0]?.message]),
    [
      ['1', ''],
      ['1', 'more is known'],
      ['3', ''],
    ],
  );
});

test('conditions keep their order, one of a type', () => {
  let list = withCondition([], ready('True'), '1');
  list = withCondition(list, { ...ready('False'), type: 'Complete' }, '2');
  list = withCondition(list, ready('Unknown'), '3');
  assert.deepEqual(
    list.map(({ type, status }) => `${type} ${status}`),
    ['Ready Unknown', 'Complete False'],
  );
  assert.equal(conditionOf(list, 'Complete')?.lastTransitionTime, '2');
  assert.deepEqual([isTrue(list, 'Ready'), isTrue(list, 'Absent'), isTrue(undefined, 'Ready')], [false, false, false]);
});
