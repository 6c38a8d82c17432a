import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1Pod } from '@kubernetes/client-node';
import type { RestoreSession } from '../../../api/restore-session.ts';
import { StashError } from '../../../errors/error.ts';
import { createDesk } from '../../../orders/desk.ts';
import { PROTOCOL } from '../../../orders/protocol.ts';
import type { Report } from '../../../orders/report.ts';
import { listOrder, runningReport } from '../../../orders/testing/order.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import type { Store } from '../../../store/store.ts';
import type { WorkloadKind } from '../sidecar/workload.ts';
import { gatekeeper } from './gatekeeper.ts';
import { podOf, restoreOf } from './testing/objects.ts';

const PURPOSE = 'RestoreSession/shop/now';
const ORDER = `${encodeURIComponent(PURPOSE)}%23uid.host-0`;

/** A keeper over pods and sessions that the test changes; `look` is what it does each second. */
function keeperOf(kind: WorkloadKind, { pods, sessions }: { pods: V1Pod[]; sessions: RestoreSession[] }) {
  const state = { pods, sessions, deleted: [] as string[], asked: 0 };
  const stop = new AbortController();
  let next: (() => void) | undefined;
  let slept: (() => void) | undefined;
  let time = 0;
  const clock = {
    now: () => new Date(),
    monotonic: () => time,
    sleep: () =>
      new Promise<void>((resolve) => {
        next = resolve;
        slept?.();
      }),
  };
  const send = async ({ method, path, body }: { method: string; path: string; body?: unknown }) => {
    state.asked += 1;
    const name = path.split('/').at(-1);
    if (method === 'DELETE') {
      state.deleted.push(`${name} ${(body as { preconditions: { uid: string } }).preconditions.uid}`);
      return { status: 200, body: {} };
    }
    if (path.includes(`/${kind.toLowerCase()}s/`))
      return { status: 200, body: { spec: { selector: { matchLabels: { app: 'db' } }, template: {} } } };
    if (path.endsWith('/pods')) return { status: 200, body: { items: state.pods } };
    const pod = state.pods.find(({ metadata }) => metadata?.name === name);
    if (pod === undefined) throw new StashError('NotFound', path);
    return { status: 200, body: pod };
  };
  const store = {
    list: async () => state.sessions,
    get: async (_kind: string, { name }: { name: string }) => state.sessions.find(({ metadata }) => metadata.name === name),
  };
  const desk = createDesk({
    now: () => '2026-03-01T10:00:00Z',
    epoch: 1,
    ensureAgent: () => undefined,
    notify: () => undefined,
    endedProcess: () => undefined,
  });
  const log = { debug: () => undefined, info: () => undefined, warn: assert.fail, error: assert.fail };
  const keeper = gatekeeper({
    connection: { send } as unknown as Connection,
    store: store as unknown as Store,
    desk,
    clock,
    log: log as never,
    signal: stop.signal,
  });
  void keeper.watch();
  const ask = (pod: string, reports: Report[] = []) => {
    const request = { protocol: PROTOCOL, agent: `gate/shop/${pod}`, instance: pod, journal: pod, reports, ended: [], waitMs: 0 };
    return keeper.poll(request, stop.signal);
  };
  const look = async (laterMs = 1_000) => {
    time += laterMs;
    const done = new Promise<void>((resolve) => {
      slept = resolve;
    });
    next?.();
    await done;
  };
  return { state, desk, ask, look };
}

test('a gate opens at once, and nothing is asked of the cluster, where nothing was ever restored', async () => {
  const { ask, state } = keeperOf('Deployment', { pods: [podOf('Deployment', 'a')], sessions: [] });
  assert.equal((await ask('a')).idle, true);
  assert.equal(state.asked, 0);
});

test('the first gate of a Deployment that asks restores; the others wait until the session is over', async () => {
  const ordered = restoreOf('Deployment', 'now', 'Running', { 'host-0': 'ordered' });
  const { ask, desk, state, look } = keeperOf('Deployment', { pods: [podOf('Deployment', 'old', { gate: 'open' })], sessions: [ordered] });
  desk.give('restore/shop/Deployment/db/host-0', listOrder(ORDER, PURPOSE));
  await look();
  assert.deepEqual(state.deleted, ['old uid-old']);
  state.pods = [podOf('Deployment', 'old', { gate: 'open', going: true }), podOf('Deployment', 'a'), podOf('Deployment', 'b')];
  await look();
  assert.equal(state.deleted.length, 1, 'one that goes is not deleted again');
  const early = await ask('a');
  assert.deepEqual([early.idle, early.orders], [false, []]);
  assert.match(early.waiting ?? '', /pod old still has the data/);
  state.pods = state.pods.slice(1);
  const [first, second] = [await ask('a'), await ask('b')];
  assert.deepEqual([first.orders.map(({ id }) => id), first.idle], [[ORDER], false]);
  assert.deepEqual([second.orders, second.idle], [[], false]);
  await ask('a', [runningReport(ORDER)]);
  assert.equal(desk.report(ORDER)?.state, 'Running');
  state.sessions = [restoreOf('Deployment', 'now', 'Succeeded', { 'host-0': 'done' })];
  assert.equal((await ask('b')).idle, true);
});

test('a pod that started unasked is deleted again, and after three times the restore fails', async () => {
  const sessions = [restoreOf('StatefulSet', 'now', 'Running', { 'host-0': 'ordered' })];
  const { desk, state, look } = keeperOf('StatefulSet', { pods: [], sessions });
  desk.give('restore/shop/StatefulSet/db/host-0', listOrder(ORDER, PURPOSE));
  for (const uid of ['1', '2', '3', '4']) {
    state.pods = [podOf('StatefulSet', 'db-0', { gate: 'open', uid })];
    await look();
  }
  assert.deepEqual(state.deleted, ['db-0 1', 'db-0 2', 'db-0 3']);
  assert.match(desk.report(ORDER)?.error?.message ?? '', /start without asking/);
});

test('a pod whose success the operator has noted meanwhile is left alone', async () => {
  const stale = restoreOf('StatefulSet', 'now', 'Running', { 'host-0': 'ordered' });
  const { desk, state, look } = keeperOf('StatefulSet', { pods: [podOf('StatefulSet', 'db-0', { gate: 'open' })], sessions: [stale] });
  desk.give('restore/shop/StatefulSet/db/host-0', listOrder(ORDER, PURPOSE));
  const latest = restoreOf('StatefulSet', 'now', 'Running', { 'host-0': 'done' });
  Object.defineProperty(state, 'sessions', { get: () => Object.assign([stale], { find: () => latest }) });
  await look();
  assert.deepEqual(state.deleted, []);
});

test('a restore that was begun under an earlier operator is lost when no gate tells of it, and is not given to another', async () => {
  const sessions = [restoreOf('StatefulSet', 'now', 'Running', { 'host-0': 'ordered' })];
  const { desk, ask, look } = keeperOf('StatefulSet', { pods: [podOf('StatefulSet', 'db-0')], sessions });
  desk.give('restore/shop/StatefulSet/db/host-0', listOrder(ORDER, PURPOSE), true);
  const told = await ask('db-0');
  assert.deepEqual([told.orders, told.idle], [[], false]);
  await look();
  assert.equal(desk.report(ORDER), undefined);
  await look(60_000);
  assert.equal(desk.report(ORDER)?.error?.code, 'AgentLost');
});

test('a restore that was begun under an earlier operator goes on with the gate that tells of it', async () => {
  const sessions = [restoreOf('StatefulSet', 'now', 'Running', { 'host-0': 'ordered' })];
  const { desk, ask, look } = keeperOf('StatefulSet', { pods: [podOf('StatefulSet', 'db-0')], sessions });
  desk.give('restore/shop/StatefulSet/db/host-0', listOrder(ORDER, PURPOSE), true);
  await ask('db-0', [runningReport(ORDER)]);
  await look();
  await look(60_000);
  assert.equal(desk.report(ORDER)?.state, 'Running');
});

test('the gate of a half restored pod waits, and opens when the failed restore is being deleted', async () => {
  const failed = restoreOf('StatefulSet', 'bad', 'Failed', { 'host-0': 'broken' });
  const { ask, state } = keeperOf('StatefulSet', { pods: [podOf('StatefulSet', 'db-0')], sessions: [failed] });
  const told = await ask('db-0');
  assert.equal(told.idle, false);
  assert.match(told.waiting ?? '', /bad failed .* delete it/);
  state.sessions = [{ ...failed, metadata: { ...failed.metadata, deletionTimestamp: '2026-03-01T11:00:00Z' } }];
  assert.equal((await ask('db-0')).idle, true);
});
