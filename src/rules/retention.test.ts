import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyHolds, type Hold, holdsOf } from './retention.ts';

test('pinned, being restored, newest complete of each host and last proven snapshots are held', () => {
  const snapshot = (id: string, host: string, day: number, complete = true, target = 'demo/db') => ({
    id,
    target,
    host,
    time: `2026-11-${day}T00:00:00Z`,
    complete,
  });
  const holds = holdsOf({
    pinned: [{ id: 'p', why: 'pinned by test-1' }],
    unfinishedRestores: [{ name: 'demo/back', snapshotIds: ['r1', 'r2'] }],
    snapshots: [
      snapshot('old', 'host-0', 20),
      snapshot('new', 'host-0', 21),
      snapshot('partial', 'host-0', 22, false),
      snapshot('one', 'host-1', 19),
      snapshot('files', 'host-0', 18, true, 'demo/files'),
    ],
    lastProven: ['old'],
  });
  assert.deepEqual(holds, [
    { id: 'p', why: 'pinned by test-1' },
    { id: 'r1', why: 'restore demo/back is not finished' },
    { id: 'r2', why: 'restore demo/back is not finished' },
    { id: 'new', why: 'newest complete snapshot of host-0 of demo/db' },
    { id: 'one', why: 'newest complete snapshot of host-1 of demo/db' },
    { id: 'files', why: 'newest complete snapshot of host-0 of demo/files' },
    { id: 'old', why: 'last proven by a restore test' },
  ]);
});

test('a hold may name a snapshot by its short id', () => {
  const id = 'f00dfeed00112233';
  assert.deepEqual(applyHolds({ remove: [id], holds: [{ id: 'f00dfeed', why: 'pinned' }] }), { forget: [], held: [{ id, why: 'pinned' }] });
  assert.deepEqual(applyHolds({ remove: [id], holds: [{ id: '', why: 'nothing' }] }).forget, [id]);
});

const ids = fc.array(fc.constantFrom<string>('aaaaaaaa', 'bbbbbbbb', 'cccccccc', 'dddddddd', 'eeeeeeee'));
const holds: fc.Arbitrary<Hold[]> = fc.array(
  fc.record({ id: fc.constantFrom<string>('aaaaaaaa', 'bbbbbbbb', 'ffffffff'), why: fc.constantFrom('x', 'y') }),
);

test('what is held is never forgotten, nothing else is spared, and a second time changes nothing', () => {
  fc.assert(
    fc.property(ids, holds, (remove, held) => {
      const first = applyHolds({ remove, holds: held });
      const names = new Set<string>(held.map(({ id }) => id));
      assert.deepEqual(
        first.forget,
        remove.filter((id) => !names.has(id)),
      );
      assert.ok(first.held.every(({ id }) => names.has(id) && remove.includes(id)));
      assert.deepEqual(applyHolds({ remove: first.forget, holds: held }), { forget: first.forget, held: [] });
    }),
  );
});
