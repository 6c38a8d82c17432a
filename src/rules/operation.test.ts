import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationOf } from './operation.ts';

test('the operation of an alias follows from its type, else from its name, else from the function', () => {
  const both = ['Full', 'Incremental', 'Restore'];
  for (const [alias, supports, operation] of [
    ['full', both, 'Full'],
    ['FULL', both, 'Full'],
    ['incremental', ['Full'], 'Incremental'],
    ['log', both, 'Log'],
    ['logs', both, 'Log'],
    ['binlog', both, 'Log'],
    ['restoreTest', both, 'RestoreTest'],
    ['restoreTask', both, 'RestoreTest'],
    ['restore-test', both, 'RestoreTest'],
    ['restore_task', both, 'RestoreTest'],
    ['Verify', both, 'RestoreTest'],
    ['backup', both, 'Incremental'],
    ['backup', ['Full', 'Restore'], 'Full'],
    ['nightly', both, 'Incremental'],
    ['nightly', [], 'Full'],
  ] as const) {
    assert.equal(operationOf({ alias }, supports), operation, `${alias} with ${supports.join()}`);
  }
  assert.equal(operationOf({ alias: 'full', type: 'Incremental' }, both), 'Incremental', 'the type counts more than the name');
});
