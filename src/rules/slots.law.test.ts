import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decideSlots, type SlotSession } from './slots.ts';

const sessions = fc
  .array(
    fc.record({
      targets: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 3 }),
      operation: fc.constantFrom('Full' as const, 'Incremental' as const, 'Restore' as const, 'RestoreTest' as const),
      createdAt: fc.integer({ min: 0, max: 50 }).map((minute) => new Date(minute * 60_000).toISOString()),
      invoker: fc.constantFrom('x', 'y', 'z'),
      alias: fc.constantFrom('full', 'incremental', 'backup'),
      manual: fc.boolean(),
    }),
    { maxLength: 12 },
  )
  .map((list) => list.map((entry, index): SlotSession => ({ ...entry, key: `k${index}`, name: `n${index}`, phase: 'Waiting' })));

test('never two on one target, everyone answered, and always somebody runs', () => {
  fc.assert(
    fc.property(sessions, (waiting) => {
      const decisions = decideSlots(waiting);
      assert.equal(decisions.size, waiting.length);
      const taken = waiting
        .filter(({ key, operation }) => decisions.get(key)?.do === 'run' && operation !== 'RestoreTest')
        .flatMap(({ targets }) => targets);
      assert.equal(new Set(taken).size, taken.length);
      if (waiting.length > 0) assert.ok([...decisions.values()].some((decision) => decision.do === 'run'));
    }),
  );
});

test('the answer does not depend on the order of the list', () => {
  const shuffled = sessions.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
  fc.assert(
    fc.property(shuffled, ([list, other]) => {
      const byKey = (a: [string, unknown], b: [string, unknown]) => a[0].localeCompare(b[0]);
      assert.deepEqual([...decideSlots(list)].sort(byKey), [...decideSlots(other)].sort(byKey));
    }),
  );
});

test('those with no target and no invoker in common, however many others are between them, have no say', () => {
  fc.assert(
    fc.property(sessions, (list) => {
      const decisions = decideSlots(list);
      for (const session of list) {
        const connected = new Set([session]);
        for (const one of connected)
          for (const other of list)
            if (other.invoker === one.invoker || other.targets.some((target) => one.targets.includes(target))) connected.add(other);
        assert.deepEqual(decideSlots([...connected]).get(session.key), decisions.get(session.key));
      }
    }),
  );
});

test('what coalesces goes into a waiting scheduled session of the same alias that is no younger and stays', () => {
  fc.assert(
    fc.property(sessions, (list) => {
      const decisions = decideSlots(list);
      for (const session of list) {
        const decision = decisions.get(session.key);
        if (decision?.do !== 'coalesce') continue;
        const kept = list.find(({ key }) => key === decision.into);
        assert.ok(kept && !kept.manual && !session.manual && decisions.get(kept.key)?.do !== 'coalesce');
        assert.deepEqual([kept.alias, kept.invoker], [session.alias, session.invoker]);
        assert.ok(kept.createdAt <= session.createdAt);
      }
    }),
  );
});

test('a quarter-hourly alias that always takes too long cannot starve the daily one, not even of a batch over several targets', () => {
  const minutes = fc.integer({ min: 1, max: 50 });
  const daily = fc.record({
    full: fc.boolean(),
    due: fc.integer({ min: 0, max: 300 }),
    targets: fc.constantFrom<string[]>(['a'], ['a', 'b'], ['a', 'b', 'c']),
  });
  fc.assert(
    fc.property(daily, fc.array(minutes, { minLength: 40, maxLength: 40 }), (once, lengths) => {
      const waited = minutesUntilDailyRuns(once, lengths);
      // What runs on its targets may end, and for an incremental also what was due before it on each of them; nothing that comes later.
      assert.ok(waited <= 50 + (once.full ? 0 : 50), `waited ${waited} minutes`);
    }),
    { numRuns: 200 },
  );
});

/** Plays time minute by minute: `*\/15` on each of three targets, each run taking the next of `lengths`, and one daily run. */
function minutesUntilDailyRuns(daily: { full: boolean; due: number; targets: string[] }, lengths: number[]): number {
  let world: (SlotSession & { ends?: number })[] = [];
  let started = 0;
  for (let minute = 0; minute < 600; minute++) {
    const createdAt = new Date(minute * 60_000).toISOString();
    const base = { phase: 'Waiting' as const, createdAt, manual: false };
    if (minute % 15 === 0) {
      for (const target of ['a', 'b', 'c']) {
        const key = `${target}${minute}`;
        world.push({ ...base, key, name: key, targets: [target], operation: 'Incremental', invoker: target, alias: 'incremental' });
      }
    }
    if (minute === daily.due) {
      const operation = daily.full ? 'Full' : 'Incremental';
      world.push({ ...base, key: 'daily', name: 'daily', targets: daily.targets, operation, invoker: 'daily', alias: 'daily' });
    }
    world = world.filter(({ ends }) => ends === undefined || ends > minute);
    for (const [key, decision] of decideSlots(world)) {
      if (decision.do === 'run' && key === 'daily') return minute - daily.due;
      if (decision.do === 'coalesce') world = world.filter((session) => session.key !== key);
      const session = world.find((candidate) => candidate.key === key);
      if (decision.do === 'run' && session)
        Object.assign(session, { phase: 'Running', ends: minute + (lengths[started++ % lengths.length] ?? 1) });
    }
  }
  return Number.POSITIVE_INFINITY;
}
