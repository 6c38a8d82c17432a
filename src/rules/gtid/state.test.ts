import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { advancedTo, after, covers, earliest, formatState, type Gtid, parseGtid, parseState, sameState, sequenceOf } from './state.ts';

const gtids = fc.record({
  domain: fc.integer({ min: 0, max: 3 }),
  server: fc.integer({ min: 1, max: 3 }),
  sequence: fc.bigInt({ min: 1n, max: 1000n }),
});
const states = fc.uniqueArray(gtids, { selector: (one: Gtid) => one.domain }).map((list) => new Map(list.map((one) => [one.domain, one])));

test('what is written is read again, with commas and as in a tag', () => {
  fc.assert(
    fc.property(states, (state) => {
      assert.ok(sameState(parseState(formatState(state)), state));
      assert.ok(sameState(parseState(formatState(state).replaceAll(',', '+')), state));
    }),
  );
});

test('covering is an order: of itself, of what came before, and never of both directions but for the same places', () => {
  fc.assert(
    fc.property(states, states, states, (a, b, c) => {
      assert.ok(covers(a, a));
      if (covers(a, b) && covers(b, c)) assert.ok(covers(a, c));
      if (covers(a, b) && covers(b, a)) for (const { domain, sequence } of a.values()) assert.equal(b.get(domain)?.sequence, sequence);
    }),
  );
});

test('one more transaction covers all before it', () => {
  fc.assert(
    fc.property(states, gtids, (state, gtid) => {
      const next = { ...gtid, sequence: (state.get(gtid.domain)?.sequence ?? 0n) + 1n };
      assert.ok(covers(after(state, next), state));
      assert.ok(!covers(state, after(state, next)));
    }),
  );
});

test('the later of two states covers both, and both cover the earlier', () => {
  fc.assert(
    fc.property(states, states, (a, b) => {
      const [later, earlier] = [advancedTo(a, b), earliest(a, b)];
      for (const one of [a, b]) assert.ok(covers(later, one) && covers(one, earlier));
      for (const domain of [0, 1, 2, 3]) {
        const both = [a, b].map((one) => sequenceOf(one, domain));
        const found = [earlier, later].map((one) => sequenceOf(one, domain));
        assert.deepEqual(
          found,
          both.toSorted((one, other) => Number(one - other)),
        );
      }
    }),
  );
});

test('where one knows nothing of a domain, the earlier of both does not either', () => {
  assert.equal(formatState(earliest(parseState('0-1-2,1-1-2'), parseState('0-1-3'))), '0-1-2');
});

test('of a state with several servers in a domain the newest counts', () => {
  assert.equal(formatState(parseState('0-2-7,0-1-9,1-1-2')), '0-1-9,1-1-2');
});

for (const text of ['', '0-1', '0-1-', '0-1-2-3', 'a-1-2', '0-1--2', '0-1-2;'])
  test(`"${text}" is no GTID`, () => assert.equal(parseGtid(text), undefined));

test('an empty state has nothing, and what is none is named', () => {
  assert.equal(parseState('').size, 0);
  assert.throws(() => parseState('0-1-2,nonsense'), /"nonsense" is no GTID/);
});
