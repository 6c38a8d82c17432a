import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExecutionPolicy, shouldRun } from './policy.ts';

test('a hook runs according to its policy and the outcome', () => {
  const outcomes = [
    { phase: 'Succeeded', retryLeft: 1 },
    { phase: 'Failed', retryLeft: 1 },
    { phase: 'Failed', retryLeft: 0 },
    { phase: 'Skipped', retryLeft: 0 },
  ];
  const expected: Record<ExecutionPolicy, boolean[]> = {
    Always: [true, true, true, true],
    OnSuccess: [true, false, false, false],
    OnFailure: [false, true, true, false],
    OnFinalRetryFailure: [false, false, true, false],
  };
  for (const [policy, runs] of Object.entries(expected)) {
    assert.deepEqual(
      outcomes.map((outcome) => shouldRun(policy as ExecutionPolicy, outcome)),
      runs,
      policy,
    );
  }
});
