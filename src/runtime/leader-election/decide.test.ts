import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Decision, decide, observe } from './decide.ts';
import type { Lease } from './lease.ts';

const lease = (holder: string, more: Partial<Lease> = {}): Lease => ({ holder, durationMs: 15_000, transitions: 3, version: '7', ...more });

for (const { name, given, since, expected } of [
  { name: 'there is none', given: undefined, since: 0, expected: { type: 'create' } },
  { name: 'it was given back', given: lease(''), since: 100_000, expected: 'take' },
  { name: 'it is our own from an earlier term', given: lease('me'), since: 100_000, expected: 'take' },
  { name: 'another has it, seen just now', given: lease('other'), since: 100_000, expected: { type: 'wait', ms: 15_000 } },
  { name: 'another has it, seen for a while', given: lease('other'), since: 90_000, expected: { type: 'wait', ms: 5_000 } },
  { name: 'another had it and did not renew it', given: lease('other'), since: 85_000, expected: 'take' },
  {
    name: 'its holder asks for longer',
    given: lease('other', { durationMs: 60_000 }),
    since: 85_000,
    expected: { type: 'wait', ms: 45_000 },
  },
  { name: 'its holder asks for less', given: lease('other', { durationMs: 1_000 }), since: 98_000, expected: { type: 'wait', ms: 13_000 } },
] as const) {
  test(`when ${name}: ${typeof expected === 'string' ? expected : expected.type}`, () => {
    const observed = given === undefined ? undefined : { lease: given, since };
    const wanted: Decision = expected === 'take' ? { type: 'take', from: given as Lease } : expected;
    assert.deepEqual(decide(observed, 'me', 100_000, 15_000), wanted);
  });
}

test('time runs from when a version was seen first', () => {
  const first = observe(undefined, lease('other'), 10);
  assert.equal(observe(first, lease('other'), 20)?.since, 10);
  const renewed = observe(first, lease('other', { version: '8' }), 30);
  assert.equal(renewed?.since, 30);
  assert.equal(observe(renewed, undefined, 40), undefined);
});
