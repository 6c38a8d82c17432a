import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RepositoryAction } from '../../api/names.ts';
import type { MaintainResult } from '../../orders/report.ts';
import type { MaintenancePlan } from '../../rules/maintenance.ts';
import { afterMaintenance } from './status.ts';

const PLAN = {
  entries: [],
  locks: { locks: [], blocking: [] },
  exclusive: true,
  removeLocks: false,
  present: 3,
} as unknown as MaintenancePlan;
const NOW = '2026-11-22T10:00:00Z';

function answer(action: RepositoryAction, result: Partial<MaintainResult>, plan: Partial<MaintenancePlan> = {}): string | undefined {
  const done = {
    plan: { ...PLAN, ...plan },
    result: { type: 'Maintain' as const, forgotten: [], ...result },
    request: { id: '1', action },
    now: NOW,
  };
  return afterMaintenance({}, done).requests?.[0]?.message;
}

const blocked = { exclusive: false, locks: { locks: [], blocking: ['a lock of elsewhere'], removable: false } };
const table: [name: string, action: RepositoryAction, result: Partial<MaintainResult>, plan: Partial<MaintenancePlan>, text: string][] = [
  [
    'what it forgot and freed',
    'Prune',
    { forgotten: ['a'], bytesFreed: 3 * 2 ** 20 },
    {},
    '1 snapshots were forgotten and 3.000 MiB freed; 0 are recorded.',
  ],
  ['that it freed nothing', 'Prune', { bytesFreed: 0 }, {}, '0 snapshots were forgotten and 0 B freed; 0 are recorded.'],
  ['no size that nobody knows', 'Prune', {}, {}, '0 snapshots were forgotten; 0 are recorded.'],
  [
    'what stands in its way',
    'Prune',
    {},
    blocked,
    '0 snapshots were forgotten; 0 are recorded. Not done while a lock stands: a lock of elsewhere.',
  ],
  ['what it found', 'Check', { check: { errors: 0, brokenPacks: [], messages: [] } }, {}, 'No error was found.'],
];
for (const [name, action, result, plan, text] of table)
  test(`the answer to a ${action} says ${name}`, () => assert.equal(answer(action, result, plan), text));
