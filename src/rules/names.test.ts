import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hash5, label, type SessionIdentity, sessionName } from './names.ts';

const TICK = new Date('2026-11-22T10:15:00Z');

function name(changed: Partial<SessionIdentity> = {}): string {
  return sessionName({ kind: 'BackupConfiguration', namespace: 'demo', name: 'orders-db', alias: 'incremental', tick: TICK, ...changed });
}

test('a session is named after its configuration, alias and tick', () => {
  assert.match(name(), /^orders-db-incremental-20261122101500-[0-9a-z]{5}$/);
  assert.match(name({ alias: 'restoreTest' }), /^orders-db-restoretest-20261122101500-/);
  assert.match(name({ tick: undefined, requestId: 'r1' }), /^orders-db-incremental-manual-/);
  assert.match(
    name({ name: 'a-database-with-a-very-long-na', alias: 'full' }),
    /^a-database-with-a-very-long-na-2026/,
    'no dash is left at the cut',
  );
});

test('whatever tells two sessions apart gives them different names', () => {
  const all = [
    name(),
    name({ kind: 'BackupBatch' }),
    name({ namespace: 'other' }),
    name({ alias: 'full' }),
    name({ alias: 'Incremental' }),
    name({ tick: new Date('2026-11-22T10:30:00Z') }),
    name({ requestId: 'r1' }),
    name({ requestId: 'r2' }),
    name({ attempt: 1 }),
    name({ attempt: 2 }),
    name({ tick: undefined, requestId: 'r1' }),
  ];
  assert.equal(new Set(all).size, all.length);
});

test('a name is valid, short and the same each time, whatever it is made of', () => {
  const text = fc.string({ unit: 'binary', maxLength: 300 });
  const tick = fc.option(fc.date({ min: new Date(0), max: new Date('2199-01-01'), noInvalidDate: true }), { nil: undefined });
  fc.assert(
    fc.property(text, text, text, tick, (namespace, configuration, alias, at) => {
      const identity = { namespace, name: configuration, alias, tick: at };
      assert.match(name(identity), /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
      assert.ok(name(identity).length <= 52);
      assert.equal(name(identity), name(identity));
    }),
  );
});

test('two ticks never share a name', () => {
  const minute = fc.integer({ min: 0, max: 100_000_000 });
  fc.assert(
    fc.property(minute, minute, (a, b) => {
      const [first, second] = [name({ tick: new Date(a * 60_000) }), name({ tick: new Date(b * 60_000) })];
      assert.equal(first === second, a === b);
    }),
  );
});

test('parts of a hash are kept apart', () => {
  assert.notEqual(hash5(['a', 'bc']), hash5(['ab', 'c']));
  assert.match(hash5([]), /^[0-9a-z]{5}$/);
});

test('a label is cut without a dash at either end', () => {
  assert.equal(label('--My_Name.x--', 30), 'my-name-x');
  assert.equal(label('abc-def', 4), 'abc');
  assert.equal(label('___', 10), 'x');
});
