import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupBatch } from '../../api/backup-batch.ts';
import type { Binding } from '../../rules/binding.ts';
import { invokerOf } from '../../rules/invoker.ts';
import { chainOrder } from './chain-order.ts';

const binding = (supports: Binding['supports']): Binding => ({ path: 'spec.task', steps: [], supports });
const own = { maxIncrementals: 4, maxRatio: 0.5, onLostStage: 'Full' as const };

test('a host whose functions make no incrementals has no chain to go on with', () => {
  assert.deepEqual(chainOrder({ key: 'k', chain: own }, binding(['Full'])), {});
});

test('a chain goes on by what the target says, else by what the batch says, else by the defaults', () => {
  const spec = { chain: { ...own, maxIncrementals: 5 }, members: [{ chain: own }, {}], driver: 'Restic' };
  const batch = { kind: 'BackupBatch', metadata: { namespace: 'shop', name: 'all' }, spec } as unknown as BackupBatch;
  const orders = invokerOf(batch).members.map((member) => chainOrder(member, binding(['Full', 'Incremental'])).chain?.maxIncrementals);
  assert.deepEqual(orders, [4, 5]);
  assert.deepEqual(chainOrder({ key: 'k' }, binding(['Incremental'])).chain, { maxIncrementals: 96, maxRatio: 1, onLostStage: 'Full' });
});
