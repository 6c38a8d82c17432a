import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FOREIGN_MS, judgeLocks, type SeenLock, seenLocks } from './locks.ts';

const NOW = new Date('2026-11-22T10:00:00Z');
const at = (ms: number) => new Date(NOW.getTime() + ms).toISOString();
const lock = (id: string, more: Partial<SeenLock> = {}): SeenLock => ({
  id: id.repeat(64),
  hostname: 'h',
  pid: 7,
  exclusive: false,
  time: at(-60_000),
  firstSeen: at(-60_000),
  ...more,
});
const ended = { hostname: 'h', pid: 7, time: at(-30_000) };

test('no lock needs to be removed', () => {
  assert.deepEqual(judgeLocks([], [ended], NOW), { locks: [], removable: false, blocking: [] });
});

test('the lock of a process whose end its agent confirmed may go', () => {
  const verdict = judgeLocks([lock('a')], [ended], NOW);
  assert.deepEqual([verdict.removable, verdict.locks[0]?.holder], [true, 'Ended']);
});

const NOT_OURS: [why: string, lock: SeenLock][] = [
  ['another host', lock('a', { hostname: 'other' })],
  ['another pid', lock('a', { pid: 8 })],
  ['the same pid, used again after the end was confirmed', lock('a', { time: at(-1000) })],
];
for (const [why, one] of NOT_OURS)
  test(`a lock of ${why} may not`, () => {
    const verdict = judgeLocks([one], [ended], NOW);
    assert.equal(verdict.removable, false);
    assert.match(verdict.blocking[0] ?? '', /aaaaaaaa of pid/);
  });

test("somebody else's lock may go once this very lock has stood for half an hour, not a moment before", () => {
  assert.equal(judgeLocks([lock('a', { firstSeen: at(-FOREIGN_MS + 1) })], [], NOW).removable, false);
  assert.equal(judgeLocks([lock('a', { firstSeen: at(-FOREIGN_MS) })], [], NOW).removable, true);
});

test('a renewed lock has a new id, and counts from when that was seen', () => {
  const known = seenLocks([lock('a')], [], at(-FOREIGN_MS));
  assert.equal(seenLocks([lock('a')], known, at(0))[0]?.firstSeen, at(-FOREIGN_MS));
  assert.equal(seenLocks([lock('b')], known, at(0))[0]?.firstSeen, at(0));
});

test('locks go together or not at all: one live lock keeps every other', () => {
  const locks = fc.array(fc.record({ dead: fc.boolean(), old: fc.boolean() }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(locks, (some) => {
      const all = some.map(({ dead, old }, index) =>
        lock(String(index), { pid: dead ? 7 : 100 + index, firstSeen: old ? at(-FOREIGN_MS) : at(-1000) }),
      );
      const verdict = judgeLocks(all, [ended], NOW);
      const live = some.filter(({ dead, old }) => !dead && !old).length;
      assert.equal(verdict.removable, live === 0);
      assert.equal(verdict.blocking.length, live);
    }),
  );
});
