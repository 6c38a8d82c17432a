import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDesk } from './desk.ts';
import type { EndedProcess } from './order.ts';
import { orderIdOf, purposeOf } from './order-id.ts';
import { type PollRequest, PROTOCOL } from './protocol.ts';
import type { Report } from './report.ts';
import { listOrder, runningReport } from './testing/order.ts';

const PURPOSE = 'BackupSession/shop/docs-full';
const ID = orderIdOf(PURPOSE, 'uid.0.host-0.1');

function newDesk() {
  const told: string[] = [];
  const ended: string[] = [];
  const desk = createDesk({
    now: () => '2026-11-22T10:00:00.000Z',
    epoch: 7,
    ensureAgent: () => undefined,
    notify: (purpose) => told.push(purpose),
    endedProcess: ({ name }) => ended.push(name),
  });
  const poll = (reports: Report[], more: Partial<PollRequest> = {}) =>
    desk.poll({ protocol: PROTOCOL, agent: 'a', instance: 'i', reports, ended: [], waitMs: 0, ...more }, new AbortController().signal);
  return { desk, poll, told, ended };
}

test('an order id is a safe file name and says what it is for', () => {
  const id = orderIdOf('Repository/ns/a.b', 'maintain.2026-11-22T10:00:00.000Z');
  assert.match(id, /^[A-Za-z0-9%._~-]+$/);
  assert.equal(purposeOf(id), 'Repository/ns/a.b');
});

test('an order whose answer was lost is sent again, and not once the agent reports it', async () => {
  const { desk, poll, told } = newDesk();
  desk.give('a', listOrder(ID, PURPOSE));
  assert.equal((await poll([])).orders.length, 1);
  assert.equal((await poll([])).orders.length, 1);
  assert.equal((await poll([runningReport(ID)])).orders.length, 0);
  assert.deepEqual(told, [PURPOSE]);
  await poll([runningReport(ID)]);
  assert.deepEqual(told, [PURPOSE], 'the same report is no news');
});

test('a held poll is answered as soon as there is an order', async () => {
  const { desk, poll } = newDesk();
  const held = poll([], { waitMs: 60_000 });
  desk.give('a', listOrder(ID, PURPOSE));
  assert.equal((await held).orders[0]?.id, ID);
});

test('a newer poll of the same agent ends the one before it', async () => {
  const { desk, poll } = newDesk();
  const old = poll([], { waitMs: 60_000 });
  const stop = new AbortController();
  const request = { protocol: PROTOCOL, agent: 'a', instance: 'i', reports: [], ended: [], waitMs: 60_000 };
  const next = desk.poll(request, stop.signal);
  assert.equal((await old).idle, true);
  stop.abort();
  await next;
});

test('an agent that is stopping an order is not told again, so that its polls can wait', async () => {
  const { desk, poll } = newDesk();
  desk.give('a', listOrder(ID, PURPOSE));
  await poll([]);
  await poll([runningReport(ID)]);
  desk.cancel(ID, 'the deadline has passed');
  assert.deepEqual((await poll([runningReport(ID)])).cancel, [{ orderId: ID, reason: 'the deadline has passed' }]);
  assert.deepEqual((await poll([runningReport(ID)], { stopping: [ID] })).cancel, []);
});

test('an order that was dropped before any agent took it is never sent', async () => {
  const { desk, poll } = newDesk();
  desk.give('a', listOrder(ID, PURPOSE));
  desk.drop(PURPOSE);
  assert.equal(desk.busy('a'), false);
  assert.deepEqual((await poll([])).orders, []);
});

test('an order that an agent took while it was dropped is stopped, and its report then forgotten', async () => {
  const { desk, poll } = newDesk();
  desk.give('a', listOrder(ID, PURPOSE));
  await poll([]);
  desk.drop(PURPOSE);
  assert.equal((await poll([runningReport(ID)])).cancel.length, 1);
  const ended: Report = { ...runningReport(ID), state: 'Failed' };
  await poll([ended]);
  desk.drop(PURPOSE);
  assert.deepEqual((await poll([ended])).acknowledged, [ID]);
  assert.equal((await poll([])).idle, true);
});

test('an order that was given up while its agent was away is stopped when it turns up, once, and then forgotten', async () => {
  const { desk, poll } = newDesk();
  desk.give('a', listOrder(ID, PURPOSE));
  await poll([]);
  desk.refuse('a', { code: 'AgentLost', message: 'away', remedy: '' });
  desk.acknowledge(ID);
  const back = await poll([runningReport(ID)]);
  assert.deepEqual([back.cancel.map(({ orderId }) => orderId), back.acknowledged], [[ID], []]);
  const stopping = await poll([runningReport(ID)], { stopping: [ID] });
  assert.deepEqual([stopping.cancel, stopping.acknowledged], [[], []], 'nothing that would end the next poll at once');
  assert.deepEqual((await poll([{ ...runningReport(ID), state: 'Failed' }])).acknowledged, [ID]);
});

test('a report that an earlier operator ordered is placed by its id', async () => {
  const { desk, poll, told } = newDesk();
  await poll([{ ...runningReport(ID), state: 'Succeeded' }]);
  assert.deepEqual(told, [PURPOSE]);
  assert.equal(desk.report(ID)?.state, 'Succeeded');
  assert.equal(desk.given(ID), false);
});

test('an ended process is told of until its lock is gone and its agent has struck it off', async () => {
  const { desk, poll, ended } = newDesk();
  const repository = { namespace: 'shop', name: 'repo' };
  const process: EndedProcess = { hostname: 'h', pid: 7, startTicks: '1', repository, time: '2026-11-22T10:00:00Z' };
  await poll([], { ended: [process] });
  await poll([], { ended: [process] });
  assert.deepEqual(ended, ['repo'], 'told of once');
  assert.deepEqual(desk.ended(repository), [process]);
  assert.deepEqual(desk.ended({ namespace: 'other', name: 'repo' }), []);
  desk.cleared([process]);
  assert.deepEqual(desk.ended(repository), []);
  assert.deepEqual((await poll([], { ended: [process] })).cleared, ['h/7/1']);
  assert.deepEqual((await poll([])).cleared, []);
  await poll([], { ended: [process] });
  assert.deepEqual(desk.ended(repository), [process], 'the same pid may end so again');
});

test('an order that nobody has is handed to another agent, and comes back with the next time it is given', async () => {
  const { desk, poll } = newDesk();
  desk.give('restore/shop/StatefulSet/db/host-0', listOrder(ID, PURPOSE));
  desk.assign('restore/shop/StatefulSet/db/host-0', 'b');
  assert.deepEqual([(await poll([])).orders.length, desk.busyAgents()], [0, ['b']]);
  desk.give('restore/shop/StatefulSet/db/host-0', listOrder(ID, PURPOSE));
  assert.deepEqual(desk.busyAgents(), ['restore/shop/StatefulSet/db/host-0']);
  desk.assign('restore/shop/StatefulSet/db/host-0', 'a');
  assert.equal((await poll([], { journal: 'j' })).orders.length, 1);
  desk.assign('a', 'b');
  desk.give('restore/shop/StatefulSet/db/host-0', listOrder(ID, PURPOSE));
  assert.deepEqual(desk.busyAgents(), ['a'], 'one that was sent stays');
});

test('an order that was begun under an earlier operator is handed to nobody', () => {
  const { desk } = newDesk();
  desk.give('restore/shop/StatefulSet/db/host-0', listOrder(ID, PURPOSE), true);
  desk.assign('restore/shop/StatefulSet/db/host-0', 'a');
  assert.equal(desk.busy('a'), false);
  assert.equal(desk.begunElsewhere('restore/shop/StatefulSet/db/host-0'), true);
});
