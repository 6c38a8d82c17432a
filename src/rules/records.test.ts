import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatRecords, nextEntries, type RecordEntry, readRecords } from './records.ts';

const entry = (id: string, more: Partial<RecordEntry> = {}): RecordEntry => ({
  id,
  time: '2026-11-22T10:00:00Z',
  target: 'shop/Host/machine',
  host: 'docs',
  operation: 'Full',
  complete: true,
  ...more,
});

const entries = fc.uniqueArray(fc.record({ id: fc.string({ minLength: 1 }), host: fc.string(), target: fc.string() }), {
  selector: ({ id }) => id,
  maxLength: 8,
});

test('records are read with the password and for the repository they were written for, and come back sorted', () => {
  fc.assert(
    fc.property(entries, fc.string({ minLength: 1 }), (some, password) => {
      const written = some.map((one) => entry(one.id, one));
      const text = formatRecords({ repositoryId: 'r1', entries: written }, password);
      const read = readRecords(text, password, 'r1');
      assert.deepEqual(new Set(read?.entries.map(({ id }) => id)), new Set(some.map(({ id }) => id)));
      assert.equal(formatRecords({ repositoryId: 'r1', entries: [...written].reverse() }, password), text, 'order does not matter');
    }),
  );
});

const text = formatRecords({ repositoryId: 'r1', entries: [entry('a'), entry('b')] }, 'changeit');
const FORGED: [what: string, text: string, password: string, id: string][] = [
  ['another password', text, 'other', 'r1'],
  ['another repository', text, 'changeit', 'r2'],
  ['an entry that was added', text.replace('"id":"a"', '"id":"c"'), 'changeit', 'r1'],
  ['the code cut off', text.split('\n')[0] ?? '', 'changeit', 'r1'],
  ['a code that is too long', `${text.trimEnd()}0\n`, 'changeit', 'r1'],
  ['a code of other characters', `${text.split('\n')[0]}\n${'ü'.repeat(64)}\n`, 'changeit', 'r1'],
  ['nothing', '', 'changeit', 'r1'],
];
for (const [what, forged, password, id] of FORGED)
  test(`records with ${what} are not ours`, () => {
    assert.equal(readRecords(forged, password, id), undefined);
  });

test('the next records are what was recorded or stored, is still there, and is not forgotten; what was recorded is not rewritten', () => {
  const next = nextEntries(
    [entry('a', { session: 'one' }), entry('gone')],
    [entry('a', { session: 'two' }), entry('b'), entry('c')],
    new Set(['a', 'b', 'c', 'foreign']),
    new Set(['c']),
  );
  assert.deepEqual(
    next.map(({ id, session }) => [id, session]),
    [
      ['a', 'one'],
      ['b', undefined],
    ],
  );
});
