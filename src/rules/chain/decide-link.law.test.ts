import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decideLink, type LinkFacts, type StoredChain } from './decide-link.ts';

const LINES = Array.from({ length: 4 }, (_, at) => `2026-11-22T1${at}:00:00Z | a | {"directory":"${at}"}\n`);
const beginning = fc.integer({ min: 1, max: LINES.length }).map((length) => LINES.slice(0, length).join(''));
const foreign = fc.constantFrom('x | y | {}\n', '', LINES.slice(1).join(''), `${LINES.join('')}more\n`);
const time = fc.integer({ min: 0, max: 1e9 }).map((seconds) => new Date(seconds * 1000).toISOString());
const newest = fc.record({ host: fc.constantFrom('db-0', 'db-1'), time });

const unreachable = fc.record({
  name: fc.constant('away'),
  remembered: fc.oneof(beginning, foreign),
  found: fc.constant({ type: 'Unreachable' as const, why: 'refused' }),
});
const fitting: fc.Arbitrary<StoredChain> = fc.oneof(
  beginning.map((own) => ({ name: 'behind', found: { type: 'Looked' as const, own } })),
  foreign.map((own) => ({ name: 'remembered', remembered: own, found: { type: 'Looked' as const, own } })),
  fc.constant({ name: 'new', found: { type: 'Looked' as const } }),
);
const differing: fc.Arbitrary<StoredChain> = fc.oneof(
  foreign.map((own) => ({ name: 'foreign', found: { type: 'Looked' as const, own } })),
  beginning.map((remembered) => ({ name: 'emptied', remembered, found: { type: 'Looked' as const } })),
);
const stage = fc.record({
  sound: fc.constant(true as const),
  text: fc.constant(LINES.join('')),
  incrementals: fc.integer({ min: 0, max: 10 }),
  fullBytes: fc.integer({ min: 0, max: 1000 }),
  incrementalBytes: fc.integer({ min: 0, max: 1000 }),
});
const facts = (repositories: fc.Arbitrary<StoredChain[]>): fc.Arbitrary<LinkFacts> =>
  fc.record({
    requested: fc.constant('Incremental' as const),
    host: fc.constant('db-0'),
    onlyPrimary: fc.boolean(),
    stage,
    repositories,
    limits: fc.record({ maxIncrementals: fc.integer({ min: 0, max: 12 }), maxRatio: fc.double({ min: 0, max: 2, noNaN: true }) }),
  });
const roomy = { maxIncrementals: 1000, maxRatio: 1e9 };

test('an unreachable repository forces nothing: without it the decision is the same', () => {
  fc.assert(
    fc.property(facts(fc.array(fc.oneof(fitting, differing))), fc.array(unreachable), (given, away) => {
      assert.deepEqual(decideLink({ ...given, repositories: [...away, ...given.repositories] }), decideLink(given));
    }),
  );
});

test('repositories that are behind, are as remembered, or are new force nothing', () => {
  fc.assert(
    fc.property(facts(fc.array(fc.oneof(fitting, unreachable))), (given) => {
      const decision = decideLink({
        ...given,
        onlyPrimary: false,
        limits: roomy,
        stage: { ...given.stage, sound: true, fullBytes: 1 } as never,
      });
      assert.equal(decision.operation, 'Incremental');
    }),
  );
});

test('one reachable repository that differs forces one Full, wherever it stands among the others', () => {
  fc.assert(
    fc.property(facts(fc.array(fc.oneof(fitting, unreachable))), differing, fc.nat(), (given, one, at) => {
      const repositories = given.repositories.toSpliced(at % (given.repositories.length + 1), 0, one);
      assert.equal(decideLink({ ...given, repositories }).operation, 'Full');
    }),
  );
});

test('a chain is too long when its count or its bytes say so, and only then', () => {
  fc.assert(
    fc.property(facts(fc.constant([])), (given) => {
      const { incrementals, incrementalBytes, fullBytes } = given.stage as Extract<LinkFacts['stage'], { sound: true }>;
      const { maxIncrementals, maxRatio } = given.limits;
      const long = incrementals >= maxIncrementals || (incrementals > 0 && incrementalBytes > maxRatio * fullBytes);
      const decision = decideLink(given);
      assert.equal(decision.operation === 'Full' && decision.reason === 'ChainTooLong', long);
    }),
  );
});

test('the newest chain of the target decides whose turn it was, in whatever order repositories stand', () => {
  fc.assert(
    fc.property(fc.uniqueArray(newest, { minLength: 1, selector: (one) => one.time }), fc.nat(), (chains, turn) => {
      const repositories = chains.map((one) => ({ name: one.time, found: { type: 'Looked' as const, newest: one } }));
      const at = turn % repositories.length;
      const decide = (stored: StoredChain[]) =>
        decideLink({
          requested: 'Incremental',
          host: 'db-0',
          onlyPrimary: true,
          stage: { sound: true, text: LINES.join(''), incrementals: 0, fullBytes: 1, incrementalBytes: 0 },
          repositories: stored,
          limits: roomy,
        });
      const last = chains.reduce((a, b) => (Date.parse(b.time) > Date.parse(a.time) ? b : a));
      const decision = decide(repositories);
      assert.equal(decision.operation === 'Full' && decision.reason === 'PrimaryChanged', last.host !== 'db-0');
      assert.deepEqual(decide([...repositories.slice(at), ...repositories.slice(0, at)]), decision);
    }),
  );
});
