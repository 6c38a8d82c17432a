import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDesk } from './desk.ts';
import { neededProtocol } from './needed-protocol.ts';
import type { Order } from './order.ts';
import { PROTOCOL } from './protocol.ts';
import { listOrder } from './testing/order.ts';

const AGENT = 'pod/shop/db-0/stash';
const PURPOSE = 'BackupSession/shop/docs-full';
const role: Order = { ...listOrder('role', PURPOSE), task: { type: 'Role', steps: [] } };

function deskWith(order: Order) {
  const desk = createDesk({
    now: () => '2026-11-22T10:00:00.000Z',
    epoch: 1,
    ensureAgent: () => undefined,
    notify: () => undefined,
    endedProcess: () => undefined,
  });
  desk.give(AGENT, order);
  const poll = (protocol: number) =>
    desk.poll({ protocol, agent: AGENT, instance: 'i', journal: 'j', reports: [], ended: [], waitMs: 0 }, new AbortController().signal);
  return { desk, poll };
}

test('an agent of before there were roles is not asked for one: the order has failed, and says why', async () => {
  const { desk, poll } = deskWith(role);
  assert.deepEqual((await poll(PROTOCOL - 1)).orders, []);
  assert.equal(desk.report('role')?.error?.code, 'AgentTooOld');
  assert.match(desk.report('role')?.error?.message ?? '', /pod\/shop\/db-0\/stash.*protocol 1/);
});

test('an agent that knows of roles is asked, and an older one gets what it understands', async () => {
  assert.deepEqual((await deskWith(role).poll(PROTOCOL)).orders, [role]);
  const known = listOrder('list', PURPOSE);
  assert.deepEqual((await deskWith(known).poll(PROTOCOL - 1)).orders, [known]);
});

test('only an agent that keeps chains adds a link to one', () => {
  const task = (operation: 'Full' | 'Incremental', source: 'Stage' | 'Paths') =>
    ({ task: { type: 'Backup', operation, steps: [{ command: ['copy'], source }] } }) as unknown as Order;
  assert.equal(neededProtocol(task('Incremental', 'Stage')), PROTOCOL);
  for (const older of [task('Full', 'Stage'), task('Incremental', 'Paths')]) assert.equal(neededProtocol(older), PROTOCOL - 1);
});
