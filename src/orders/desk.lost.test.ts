import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCode } from '../errors/error.ts';
import { createDesk } from './desk.ts';
import { mayReport } from './may-report.ts';
import { orderIdOf } from './order-id.ts';
import { type PollRequest, PROTOCOL } from './protocol.ts';
import type { Report } from './report.ts';
import { listOrder, runningReport } from './testing/order.ts';

const PURPOSE = 'BackupSession/shop/docs-full';
const ID = orderIdOf(PURPOSE, 'uid.0.host-0.1');
const AGENT = 'pod/shop/db-0/stash';
const LOST = { code: 'AgentLost', message: 'its pod is gone', remedy: '' };
const repository = { namespace: 'shop', name: 'repo' };
const process = { hostname: 'db-0', pid: 7, startTicks: '1', repository };

function newDesk() {
  const told: string[] = [];
  const ended: string[] = [];
  const desk = createDesk({
    now: () => '2026-11-22T10:00:00.000Z',
    epoch: 7,
    ensureAgent: () => undefined,
    notify: (purpose) => told.push(purpose),
    endedProcess: ({ name }) => ended.push(name),
    mayReport,
  });
  const poll = (reports: Report[], more: Partial<PollRequest> = {}) => {
    const who = { protocol: PROTOCOL, agent: AGENT, instance: 'i', journal: 'j', pod: 'p' };
    return desk.poll({ ...who, reports, ended: [], waitMs: 0, ...more }, new AbortController().signal);
  };
  return { desk, poll, told, ended };
}
const successor = { instance: 'i2', journal: 'j2', pod: 'p2' };

test('an agent that comes back without its journal has lost the order that it had, and does not get it again', async () => {
  const { desk, poll, told } = newDesk();
  desk.give(AGENT, listOrder(ID, PURPOSE));
  await poll([]);
  assert.deepEqual((await poll([], successor)).orders, []);
  assert.equal(desk.report(ID)?.error?.code, 'AgentLost');
  assert.deepEqual(told, [PURPOSE]);
});

test('an order that status says was begun goes to no agent that knows nothing of it', async () => {
  const { desk, poll } = newDesk();
  desk.give(AGENT, listOrder(ID, PURPOSE), true);
  assert.deepEqual((await poll([])).orders, []);
  assert.equal(desk.report(ID)?.error?.code, 'AgentLost');
  const other = newDesk();
  other.desk.give(AGENT, listOrder(ID, PURPOSE), true);
  await other.poll([runningReport(ID)]);
  assert.equal(other.desk.report(ID)?.state, 'Running');
});

test('when a pod is gone for good, what it had begun has failed, its processes have ended, and it is not listened to any more', async () => {
  const { desk, poll, told, ended } = newDesk();
  desk.give(AGENT, listOrder(ID, PURPOSE));
  await poll([]);
  await poll([runningReport(ID)], { processes: [process] });
  const held = poll([runningReport(ID)], { processes: [process], waitMs: 60_000 });
  told.length = 0;
  desk.lost(AGENT, LOST, 'p');
  await assert.rejects(held, (error) => isCode(error, 'AgentReplaced'));
  assert.deepEqual(desk.report(ID)?.error, LOST);
  assert.deepEqual([told, ended], [[PURPOSE], ['repo']]);
  assert.deepEqual(desk.ended(repository), [{ ...process, time: '2026-11-22T10:00:00.000Z' }]);
  await assert.rejects(poll([{ ...runningReport(ID), state: 'Succeeded' }]), (error) => isCode(error, 'AgentReplaced'));
  await poll([], successor);
  assert.equal(desk.ended(repository).length, 1, 'its successor knows nothing of them');
  desk.cleared(desk.ended(repository));
  assert.deepEqual(desk.ended(repository), []);
});

test('that a pod is gone does not harm its successor, and what nobody had taken waits for it', async () => {
  const { desk, poll } = newDesk();
  await poll([], { processes: [process] });
  await poll([], successor);
  desk.give(AGENT, listOrder(ID, PURPOSE));
  await poll([], successor);
  await poll([runningReport(ID)], successor);
  desk.lost(AGENT, LOST, 'p');
  assert.equal(desk.report(ID)?.state, 'Running');
  assert.equal(desk.ended(repository).length, 1);
  const next = newDesk();
  next.desk.give(AGENT, listOrder(ID, PURPOSE));
  next.desk.lost(AGENT, LOST);
  assert.equal((await next.poll([])).orders.length, 1);
});

test('an agent that restarts with its journal is given what it did not take', async () => {
  const { desk, poll } = newDesk();
  desk.give(AGENT, listOrder(ID, PURPOSE));
  await poll([]);
  assert.equal((await poll([], { instance: 'i2' })).orders.length, 1);
});

test('what an agent says of another namespace, or of an order that another agent has, does not count: it is to stop and forget it', async () => {
  const { desk, poll, told } = newDesk();
  const foreign = orderIdOf('BackupSession/other/docs', '1');
  const answer = await poll([runningReport(foreign), { ...runningReport(ID), state: 'Succeeded' }], { agent: 'pod/third/x/stash' });
  assert.deepEqual(
    answer.cancel.map(({ orderId }) => orderId),
    [foreign],
  );
  assert.deepEqual(answer.acknowledged, [ID]);
  assert.deepEqual([told, desk.report(foreign), desk.report(ID)], [[], undefined, undefined]);
  desk.give(AGENT, listOrder(ID, PURPOSE));
  await poll([]);
  await poll([{ ...runningReport(ID), state: 'Succeeded' }], { agent: 'pod/shop/other/stash' });
  assert.equal(desk.report(ID), undefined);
});

test('after a restart of the operator an order that is under way at another pod of the namespace stays there', async () => {
  const { desk, poll } = newDesk();
  desk.give('pod/shop/new/stash', listOrder(ID, PURPOSE), false);
  await poll([runningReport(ID)]);
  assert.equal(desk.report(ID)?.state, 'Running');
  assert.deepEqual((await poll([], { agent: 'pod/shop/new/stash' })).orders, []);
  assert.deepEqual(desk.busyAgents(), [AGENT]);
});

test('an order that nobody has taken goes to the agent that serves the host now', async () => {
  const { desk, poll } = newDesk();
  desk.give('pod/shop/gone/stash', listOrder(ID, PURPOSE));
  desk.give(AGENT, listOrder(ID, PURPOSE));
  assert.equal((await poll([])).orders.length, 1);
});

test('an agent gets no more orders than it can report on', async () => {
  const { desk, poll } = newDesk();
  for (let number = 0; number < 250; number++) desk.give(AGENT, listOrder(orderIdOf(PURPOSE, `${number}`), PURPOSE));
  const first = (await poll([])).orders.map(({ id }) => runningReport(id));
  assert.equal(first.length, 200);
  assert.equal((await poll(first)).orders.length, 0);
  const ended = first.map((report, index) => (index < 100 ? { ...report, state: 'Succeeded' as const } : report));
  await poll(ended);
  for (const { orderId } of ended.slice(0, 100)) desk.acknowledge(orderId);
  assert.equal((await poll(ended.slice(100))).orders.length, 50);
});
