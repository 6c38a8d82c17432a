import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { keyOf, keyText, type ObjectKey } from '../api/object.ts';
import { StashError } from '../errors/error.ts';
import { configMap, ownedBy, repository } from '../store/conformance/fixture.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { type Controller, DONE, ownerKeys, type Result, requeueAfter, TerminalError } from './controller.ts';
import { createLogger } from './log.ts';
import { type RunOptions, runControllers } from './run-controllers.ts';
import { testClock } from './test-clock.ts';

const directory = mkdtempSync(join(tmpdir(), 'stash-controllers-'));
after(() => rmSync(directory, { recursive: true }));

/** One controller of Repositories; `answer` decides each reconcile, `calls` notes them, `outcome` waits for the n-th outcome. */
function setUp(
  answer: (key: ObjectKey, call: number) => Promise<Result>,
  watches: Controller['watches'] = [],
  more: Partial<Controller> = {},
) {
  const clock = testClock();
  const store = openSqliteStore({ file: join(directory, `${randomUUID()}.db`), clock, newUid: randomUUID });
  const stop = new AbortController();
  const calls: string[] = [];
  const outcomes: string[] = [];
  const lines: string[] = [];
  let changed = Promise.withResolvers<void>();
  const options: RunOptions = {
    concurrency: 2,
    clock,
    signal: stop.signal,
    log: createLogger({ level: 'debug', format: 'json', clock, write: (line) => lines.push(line) }),
    onReconcile: (controller, key, outcome) => {
      outcomes.push(`${controller} ${keyText(key)} ${outcome}`);
      changed.resolve();
      changed = Promise.withResolvers();
    },
  };
  const controller: Controller = {
    name: 'test',
    kind: 'Repository',
    watches,
    reconcile: (key) => answer(key, calls.push(keyText(key))),
    ...more,
  };
  const outcome = async (count: number) => {
    while (outcomes.length < count) await changed.promise;
  };
  const start = (others: readonly Controller[] = []) => runControllers(store, [controller, ...others], options);
  return { store, clock, stop, calls, outcomes, lines, outcome, start };
}

test('every object there is, and every change, wakes its key', async () => {
  const { store, start, outcome, outcomes, stop } = setUp(async () => DONE);
  const old = await store.create('Repository', repository('ns', 'old'));
  const running = start();
  await running.synced;
  await outcome(1);
  await store.replaceStatus('Repository', { ...old, status: { phase: 'Ready' } });
  await outcome(2);
  await store.create('Repository', repository('ns', 'new'));
  await outcome(3);
  await store.delete('Repository', keyOf(old));
  await outcome(4);
  assert.deepEqual(outcomes, ['test ns/old done', 'test ns/old done', 'test ns/new done', 'test ns/old done']);
  stop.abort();
  await running.stopped;
  await store.close();
});

test('a controller that says which changes concern it is woken by no other', async () => {
  const seen: string[] = [];
  const concerns: Controller['concerns'] = ({ metadata }, change) => {
    seen.push(`${change} ${metadata.name}`);
    return metadata.name !== 'dull' || change === 'Deleted';
  };
  const { store, start, outcome, calls, stop } = setUp(async () => DONE, [], { concerns });
  const dull = await store.create('Repository', repository('ns', 'dull'));
  const running = start();
  await running.synced;
  await store.replaceStatus('Repository', { ...dull, status: { phase: 'Ready' } });
  await store.create('Repository', repository('ns', 'other'));
  await outcome(1);
  await store.delete('Repository', keyOf(dull));
  await outcome(2);
  assert.deepEqual(calls, ['ns/other', 'ns/dull']);
  assert.deepEqual(seen, ['Added dull', 'Modified dull', 'Added other', 'Deleted dull']);
  stop.abort();
  await running.stopped;
});

test('a change of a watched kind wakes the keys it maps to, and a map that throws stops nothing', async () => {
  const { store, start, outcome, calls, lines, stop } = setUp(
    async () => DONE,
    [
      {
        kind: 'ConfigMap',
        map: (object) => {
          if (object.metadata.name === 'odd') throw new Error('odd');
          return ownerKeys(object, 'Repository');
        },
      },
    ],
  );
  const owner = await store.create('Repository', repository('ns', 'owner'));
  const running = start();
  await outcome(1);
  await store.create('ConfigMap', configMap('ns', 'odd'));
  await store.create('ConfigMap', configMap('ns', 'owned', [ownedBy(owner)]));
  await outcome(2);
  assert.deepEqual(calls, ['ns/owner', 'ns/owner']);
  assert.ok(lines.some((line) => line.includes('could not tell whom a change concerns')));
  stop.abort();
  await running.stopped;
  await store.close();
});

test('a failure is retried after a growing back-off and logged with the controller and the key', async () => {
  const { store, start, clock, outcome, outcomes, lines, stop } = setUp(async (_, call) => {
    if (call < 3) throw new StashError('StorageUnreachable', 'no route');
    return DONE;
  });
  await store.create('Repository', repository('ns', 'r'));
  const running = start();
  await outcome(1);
  await clock.advance(499);
  assert.equal(outcomes.length, 1);
  await clock.advance(1);
  await outcome(2);
  await clock.advance(1000);
  await outcome(3);
  assert.deepEqual(outcomes, ['test ns/r failed', 'test ns/r failed', 'test ns/r done']);
  const logged = JSON.parse(lines[0] ?? '');
  assert.deepEqual([logged.controller, logged.key, logged.error.code, logged.afterMs], ['test', 'ns/r', 'StorageUnreachable', 500]);
  stop.abort();
  await running.stopped;
  await store.close();
});

test('a conflict is retried without a line that alarms anybody', async () => {
  const { store, start, clock, outcome, outcomes, lines, stop } = setUp(async (_, call) => {
    if (call === 1) throw new StashError('Conflict', 'changed in between');
    return DONE;
  });
  await store.create('Repository', repository('ns', 'r'));
  const running = start();
  await outcome(1);
  await clock.advance(500);
  await outcome(2);
  assert.deepEqual(outcomes, ['test ns/r conflict', 'test ns/r done']);
  assert.ok(lines.every((line) => JSON.parse(line).level === 'debug'));
  stop.abort();
  await running.stopped;
  await store.close();
});

test('after a terminal error nothing happens until the object changes', async () => {
  const { store, start, clock, outcome, outcomes, stop } = setUp(async (_, call) => {
    if (call === 1) throw new TerminalError('the bucket name cannot be');
    return DONE;
  });
  const created = await store.create('Repository', repository('ns', 'r'));
  const running = start();
  await outcome(1);
  await clock.advance(86_400_000);
  assert.deepEqual(outcomes, ['test ns/r terminal']);
  await store.replaceStatus('Repository', { ...created, status: { phase: 'NotReady' } });
  await outcome(2);
  stop.abort();
  await running.stopped;
  await store.close();
});

test('a key asked to be looked at later is, and one enqueued from outside at once', async () => {
  const { store, start, clock, outcome, outcomes, stop } = setUp(async (_, call) =>
    call === 1 ? requeueAfter(60_000, 'next tick') : DONE,
  );
  const key = keyOf(await store.create('Repository', repository('ns', 'r')));
  const running = start();
  await outcome(1);
  running.enqueue('Repository', key);
  running.enqueue('ConfigMap', key);
  await outcome(2);
  await clock.advance(60_000);
  await outcome(3);
  assert.deepEqual(outcomes, ['test ns/r requeued', 'test ns/r done', 'test ns/r done']);
  stop.abort();
  await running.stopped;
  await store.close();
});

test('stopping waits for the reconcile that runs', async () => {
  const gate = Promise.withResolvers<Result>();
  const { store, start, outcomes, calls, clock, stop } = setUp(() => gate.promise);
  await store.create('Repository', repository('ns', 'r'));
  const running = start();
  await running.synced;
  while (calls.length === 0) await clock.advance(0);
  stop.abort();
  let stopped = false;
  const ended = running.stopped.then(() => {
    stopped = true;
  });
  await clock.advance(1000);
  assert.equal(stopped, false);
  gate.resolve(DONE);
  await ended;
  assert.deepEqual(outcomes, ['test ns/r done']);
  await store.close();
});

test('while keys of an urgent controller wait, no other begins one', async () => {
  let gate = Promise.resolve();
  let order: string[] = [];
  const urgent: Controller = {
    name: 'urgent',
    kind: 'Repository',
    urgent: true,
    watches: [],
    reconcile: async ({ name }) => {
      order.push(`urgent ${name}`);
      await gate;
      return DONE;
    },
  };
  const usual = async ({ name }: ObjectKey) => {
    order.push(`usual ${name}`);
    return DONE;
  };
  const { store, start, outcome, clock, stop } = setUp(usual);
  for (const name of ['a', 'b', 'c']) await store.create('Repository', repository('ns', name));
  const running = start([urgent]);
  await running.synced;
  await outcome(6);
  order = [];
  const opened = Promise.withResolvers<void>();
  gate = opened.promise;
  for (const name of ['a', 'b', 'c']) running.enqueue('Repository', { namespace: 'ns', name });
  await clock.advance(0);
  // Two workers each; what was begun before something urgent waited goes on.
  assert.deepEqual(order.toSorted(), ['urgent a', 'urgent b', 'usual a', 'usual b']);
  order = [];
  opened.resolve();
  await outcome(12);
  assert.deepEqual(order, ['urgent c', 'usual c']);
  stop.abort();
  await running.stopped;
  await store.close();
});
