import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RestoreRule } from '../api/target.ts';
import { isCode } from '../errors/error.ts';
import { type HostRestore, hostRestore } from './host-rules.ts';

const paths = (...list: string[]): HostRestore['from'] => ({ paths: list });

const CASES: [name: string, rules: RestoreRule[], host: string, expected: Partial<HostRestore> | undefined][] = [
  ['without rules a host takes its own newest', [], 'host-0', { sourceHost: 'host-0', from: paths() }],
  ['a rule without hosts is for all', [{ paths: ['/data'] }], 'host-3', { sourceHost: 'host-3', from: paths('/data') }],
  ['so is one with an empty list', [{ targetHosts: [], sourceHost: 'host-0' }], 'host-3', { sourceHost: 'host-0', from: paths() }],
  [
    'a rule that names the host goes before',
    [{ paths: ['/all'] }, { targetHosts: ['host-1'], paths: ['/one'] }],
    'host-1',
    { from: paths('/one') },
  ],
  ['others take the one for all', [{ targetHosts: ['host-1'], paths: ['/one'] }, { paths: ['/all'] }], 'host-2', { from: paths('/all') }],
  ['a host that no rule is for restores nothing', [{ targetHosts: ['host-1'] }], 'host-2', undefined],
  ['the newest is taken by the name that Stash has for it', [{ snapshots: ['latest'] }], 'host-0', { from: { paths: [] } }],
  ['snapshots are taken as they are', [{ snapshots: ['abc'] }], 'host-0', { from: { snapshots: ['abc'] } }],
  ['patterns to include are passed on', [{ include: ['*.txt'] }], 'host-0', { include: ['*.txt'] }],
  ['patterns to exclude are passed on', [{ exclude: ['tmp'] }], 'host-0', { exclude: ['tmp'] }],
  ['an empty source host is the host itself', [{ sourceHost: '' }], 'host-0', { sourceHost: 'host-0' }],
];

for (const [name, rules, host, expected] of CASES) {
  test(`restore rules: ${name}`, () => {
    const found = hostRestore(rules, host);
    if (expected === undefined) assert.equal(found, undefined);
    else assert.deepEqual({ ...found, ...expected }, found);
  });
}

test('rules that contradict each other are refused', () => {
  for (const [rules, named] of [
    [[{}, { paths: ['/a'] }], /rules\[0\] and rules\[1\] leave targetHosts empty/],
    [[{ targetHosts: ['a', 'b'] }, { targetHosts: ['b'] }], /rules\[0\] and rules\[1\] both name host "b"/],
    [[{ snapshots: ['abc'], paths: ['/a'] }], /rules\[0\] gives snapshots and paths/],
    [[{ include: ['*.a'], exclude: ['*.b'] }], /rules\[0\] gives include and exclude/],
  ] as [RestoreRule[], RegExp][]) {
    assert.throws(
      () => hostRestore(rules, 'c'),
      (error) => isCode(error, 'Invalid') && named.test(error.message),
    );
  }
});
