import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Snapshot } from '../engine/engine.ts';
import { type MaintenanceFacts, planMaintenance } from './maintenance.ts';
import type { RecordEntry } from './records.ts';

const NOW = new Date('2026-11-22T10:00:00Z');
const time = (id: string) => new Date(NOW.getTime() - 1000 * (1000 - Number(id))).toISOString();
const snapshot = (id: string): Snapshot => ({ id, time: time(id), host: 'docs', paths: ['/'], tags: [], tree: 'x' });
const entry = (id: string, complete = true): RecordEntry => ({
  id,
  time: time(id),
  target: 't',
  host: 'docs',
  operation: 'Full',
  complete,
});
const FOREIGN = { id: 'f'.repeat(64), hostname: 'h', username: 'u', pid: 7, exclusive: false, time: NOW.toISOString() };

function facts(more: Partial<MaintenanceFacts>): MaintenanceFacts {
  return {
    snapshots: [],
    internal: new Set(),
    recorded: [],
    stored: [],
    adopt: false,
    adoptedTarget: '',
    remove: [],
    unfinishedRestores: [],
    locks: [],
    knownLocks: [],
    ended: [],
    now: NOW,
    ...more,
  };
}

const ids = fc.uniqueArray(
  fc.integer({ min: 1, max: 20 }).map((n) => String(n)),
  { maxLength: 12 },
);

test('whatever there is: only what is recorded goes, never the newest complete one of a host, never what a restore still needs', () => {
  fc.assert(
    fc.property(ids, ids, ids, ids, ids, fc.boolean(), (present, recorded, stored, remove, restoring, locked) => {
      const plan = planMaintenance(
        facts({
          snapshots: present.map(snapshot),
          recorded: recorded.map((id) => entry(id)),
          stored: stored.map((id) => entry(id, Number(id) % 3 !== 0)),
          remove,
          unfinishedRestores: [{ name: 'back', snapshotIds: restoring }],
          locks: locked ? [FOREIGN] : [],
        }),
      );
      const known = new Set([...recorded, ...stored]);
      for (const id of plan.forget) {
        assert.ok(remove.includes(id) && known.has(id) && present.includes(id), `${id} must not go`);
        assert.ok(!restoring.includes(id), `${id} is being restored`);
      }
      if (locked) assert.deepEqual([plan.forget, plan.exclusive, plan.removeLocks], [[], false, false]);
      const complete = [...recorded, ...stored.filter((id) => recorded.includes(id) || Number(id) % 3 !== 0)];
      const newest = complete
        .filter((id) => present.includes(id))
        .sort((a, b) => Number(a) - Number(b))
        .at(-1);
      if (newest !== undefined) assert.ok(!plan.forget.includes(newest), 'the newest complete one goes');
      assert.deepEqual(
        plan.entries.map(({ id }) => id).sort(),
        [...known].filter((id) => present.includes(id) && !plan.forget.includes(id)).sort(),
      );
      assert.equal(plan.unexplained, present.filter((id) => !known.has(id)).length);
    }),
  );
});

test('asking again after it was done changes nothing', () => {
  const before = facts({ snapshots: ['1', '2', '3'].map(snapshot), stored: ['1', '2', '3'].map((id) => entry(id)), remove: ['1'] });
  const plan = planMaintenance(before);
  assert.deepEqual([plan.forget, plan.recordsChanged], [['1'], true]);
  const after = planMaintenance({ ...before, snapshots: ['2', '3'].map(snapshot), recorded: plan.entries, remove: [] });
  assert.deepEqual([after.forget, after.recordsChanged], [[], false]);
});

test('what nobody recorded is recorded when it is adopted, and our own series never', () => {
  const given = facts({ snapshots: ['1', '2', '3'].map(snapshot), internal: new Set(['3']), recorded: [entry('1')] });
  assert.deepEqual([planMaintenance(given).unexplained, planMaintenance(given).present], [1, 2]);
  const adopted = planMaintenance({ ...given, adopt: true, adoptedTarget: 'shop/Host/machine' });
  assert.deepEqual([adopted.adopted, adopted.unexplained, adopted.entries.map(({ id }) => id)], [1, 0, ['1', '2']]);
  assert.equal(adopted.entries[1]?.target, 'shop/Host/machine');
});

test('the locks of ended processes are removed, and then the repository is ours', () => {
  const ended = [{ hostname: 'h', pid: 7, time: NOW.toISOString() }];
  const plan = planMaintenance(
    facts({ snapshots: ['1', '2'].map(snapshot), recorded: ['1', '2'].map((id) => entry(id)), remove: ['1'], locks: [FOREIGN], ended }),
  );
  assert.deepEqual([plan.removeLocks, plan.exclusive, plan.forget], [true, true, ['1']]);
});
