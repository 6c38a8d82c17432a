import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideLink, type LinkFacts, type StagedChain, type StoredChain } from './decide-link.ts';

const FULL = '2026-11-22T10:00:00.000Z | full | {"operation":"Full","directory":"full"}\n';
const FIRST = '2026-11-22T10:15:00.000Z | incremental | {"operation":"Incremental","directory":"incremental-0001"}\n';
const OTHER = '2026-11-21T10:00:00.000Z | full | {"operation":"Full","directory":"full"}\n';
const staged: StagedChain = { sound: true, text: FULL + FIRST, incrementals: 1, fullBytes: 1000, incrementalBytes: 10 };
const lost: StagedChain = { sound: false, empty: true, reason: 'FullMissing', message: 'there is no full in the stage' };
const damaged: StagedChain = { sound: false, empty: false, reason: 'IndexMismatch', message: 'incremental-0001/ is gone' };
const facts: LinkFacts = {
  requested: 'Incremental',
  host: 'db-0',
  onlyPrimary: false,
  stage: staged,
  repositories: [],
  limits: { maxIncrementals: 96, maxRatio: 1 },
};
const holds = (own: string | undefined, known: Partial<StoredChain> = {}): StoredChain => ({
  name: 'Repository a',
  ...known,
  found: { type: 'Looked', ...(own === undefined ? {} : { own, newest: { host: 'db-0', time: '2026-11-22T10:00:00Z' } }) },
});
const away: StoredChain = { name: 'Repository b', remembered: FULL, found: { type: 'Unreachable', why: 'connection refused' } };
const of = (host: string, time: string): StoredChain => ({ name: 'Repository a', found: { type: 'Looked', newest: { host, time } } });

const cases: [string, Partial<LinkFacts>, string][] = [
  ['a Full was asked for', { requested: 'Full', stage: lost }, 'Requested'],
  ['the repository holds what is staged', { repositories: [holds(FULL + FIRST)] }, 'Incremental'],
  ['the repository lacks a link', { repositories: [holds(FULL)] }, 'Incremental'],
  [
    'the repository still holds the chain before, as it is remembered',
    { repositories: [holds(OTHER, { remembered: OTHER })] },
    'Incremental',
  ],
  ['an upload whose end was not seen had succeeded', { repositories: [holds(OTHER, { storing: OTHER })] }, 'Incremental'],
  ['the repository never had a chain', { repositories: [holds(undefined)] }, 'Incremental'],
  ['the repository cannot be asked', { repositories: [away] }, 'Incremental'],
  ['the repository had a chain and has none', { repositories: [holds(undefined, { remembered: FULL })] }, 'NoSnapshot'],
  ['the repository holds another chain', { repositories: [holds(OTHER, { remembered: FULL })] }, 'IndexMismatch'],
  ['the repository holds more than the stage', { repositories: [holds(FULL + FIRST + FIRST)] }, 'IndexMismatch'],
  ['the repository holds an index that is cut', { repositories: [holds(FULL + FIRST.slice(0, 20))] }, 'IndexMismatch'],
  ['the repository holds a chain without an index', { repositories: [holds('')] }, 'IndexMismatch'],
  ['one of two repositories holds another chain', { repositories: [holds(FULL), holds(OTHER)] }, 'IndexMismatch'],
  ['nothing is staged and nothing stored', { stage: lost, repositories: [holds(undefined)] }, 'NoSnapshot'],
  ['nothing is staged, and who was stored to cannot be asked', { stage: lost, repositories: [away] }, 'FullMissing'],
  ['nothing is staged, but a chain is stored', { stage: lost, repositories: [holds(FULL)] }, 'FullMissing'],
  ['a link of the stage is gone', { stage: damaged, repositories: [holds(FULL)] }, 'IndexMismatch'],
  ['another host was backed up last', { onlyPrimary: true, repositories: [of('db-1', '2026-11-22T10:00:00Z')] }, 'PrimaryChanged'],
  ['another host was, and every host is backed up', { repositories: [of('db-1', '2026-11-22T10:00:00Z')] }, 'Incremental'],
  [
    'another host was, but not last',
    { onlyPrimary: true, repositories: [of('db-1', '2026-11-22T10:00:00Z'), of('db-0', '2026-11-22T11:00:00Z')] },
    'Incremental',
  ],
  [
    'the new primary has no stage',
    { onlyPrimary: true, stage: lost, repositories: [of('db-1', '2026-11-22T10:00:00Z')] },
    'PrimaryChanged',
  ],
  ['a test found the data wrong', { force: { reason: 'VerificationFailed', message: 'checksums differ' } }, 'VerificationFailed'],
  ['there are as many incrementals as may be', { limits: { maxIncrementals: 1, maxRatio: 1 } }, 'ChainTooLong'],
  ['there may be none', { limits: { maxIncrementals: 0, maxRatio: 1 }, stage: { ...staged, incrementals: 0 } }, 'ChainTooLong'],
  ['the incrementals are too large', { limits: { maxIncrementals: 96, maxRatio: 0.005 } }, 'ChainTooLong'],
  ['the incrementals are just as large as they may be', { limits: { maxIncrementals: 96, maxRatio: 0.01 } }, 'Incremental'],
];

for (const [when, given, expected] of cases)
  test(`when ${when}, the answer is ${expected}`, () => {
    const decision = decideLink({ ...facts, ...given });
    assert.equal(decision.operation === 'Full' ? decision.reason : decision.operation, expected);
    if (decision.operation === 'Full' && expected !== 'Requested') assert.notEqual(decision.message, '', 'the evidence is told');
  });

test('a first backup and a new primary are no faults, a stage or repository that lost something is', () => {
  const fault = (given: Partial<LinkFacts>) => {
    const decision = decideLink({ ...facts, ...given });
    return decision.operation === 'Full' && decision.fault;
  };
  assert.equal(fault({ stage: lost, repositories: [holds(undefined)] }), false);
  assert.equal(fault({ onlyPrimary: true, repositories: [of('db-1', '2026-11-22T10:00:00Z')] }), false);
  assert.equal(fault({ limits: { maxIncrementals: 1, maxRatio: 1 } }), false);
  assert.equal(fault({ stage: lost, repositories: [holds(FULL)] }), true);
  assert.equal(fault({ repositories: [holds(undefined, { remembered: FULL })] }), true);
});

test('the message of a chain that is too long names what is and what may be', () => {
  const decision = decideLink({ ...facts, limits: { maxIncrementals: 1, maxRatio: 1 } });
  assert.equal(decision.operation === 'Full' && decision.message, 'the chain has 1 incrementals, chain.maxIncrementals is 1');
});
