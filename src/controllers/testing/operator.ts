import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KindMap, KindName } from '../../api/kinds.ts';
import { keyOf } from '../../api/object.ts';
import { isCode } from '../../errors/error.ts';
import { type AgentDesk, createDesk } from '../../orders/desk.ts';
import type { Controller } from '../../runtime/controller.ts';
import { EventRecorder } from '../../runtime/events.ts';
import { Locks } from '../../runtime/locks.ts';
import { silentLogger } from '../../runtime/log.ts';
import { type TestClock, testClock } from '../../runtime/test-clock.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import type { Store } from '../../store/store.ts';
import { backupSessionController } from '../backup-session/reconcile.ts';
import type { Context } from '../context.ts';
import { invokerController } from '../invoker/reconcile.ts';
import { scheduler } from '../invoker/scheduler.ts';
import type { PlatformPort } from '../platform-port.ts';
import { createGates } from '../repository/gates.ts';
import { repositoryController } from '../repository/reconcile.ts';
import { restoreGates } from '../repository/restore-gates.ts';
import { restoreBatchController } from '../restore-batch/reconcile.ts';
import { restoreSessionController } from '../restore-session/reconcile.ts';
import { type ScriptedAgents, scriptedAgents } from './scripted-agents.ts';

/** All controllers on a real store in a directory of its own, with a clock that stands and agents that play a script. */
export interface TestOperator {
  store: Store;
  clock: TestClock;
  agents: ScriptedAgents;
  hooks: ScriptedHooks;
  /** Hosts of targets by name that have several; each has an agent of its own, called as the host. */
  hosts: Map<string, string[]>;
  ctx(): Context;
  /** Reconciles everything, again and again, until nothing moves. Answers with how many writes there were. */
  settle(): Promise<number>;
  /** The operator is gone in the middle of whatever it did, and another one starts. */
  restart(): Promise<void>;
  /** The write after that many throws, and all that follow until the restart. */
  crashAfter(writes: number): void;
  list<K extends KindName>(kind: K): Promise<KindMap[K][]>;
  close(): Promise<void>;
}

/** What the commands of exec hooks do, by their first word; that is all of them that runs. */
interface ScriptedHooks {
  ran: string[];
  /** Those that end with exit code 1. */
  failing: Set<string>;
}

export async function testOperator(): Promise<TestOperator> {
  const directory = mkdtempSync(join(tmpdir(), 'stash-operator-'));
  const clock = testClock();
  let uids = 0;
  const real = openSqliteStore({ file: join(directory, 'store.db'), clock, newUid: () => `uid-${++uids}` });
  let writes = 0;
  let crashAt = Number.POSITIVE_INFINITY;
  const store = counted(real, () => {
    if (writes >= crashAt) throw new Crash('the operator is gone');
    writes += 1;
  });
  const agents = scriptedAgents();
  const hooks: ScriptedHooks = { ran: [], failing: new Set() };
  const hosts = new Map<string, string[]>();
  const start = async () => {
    const ctx = contextOf(store, clock, platformOf(hooks, hosts));
    await restoreGates(ctx.context);
    const controllers = [
      repositoryController(ctx.context),
      scheduler('BackupConfiguration', ctx.context),
      scheduler('BackupBatch', ctx.context),
      invokerController('BackupConfiguration', ctx.context),
      invokerController('BackupBatch', ctx.context),
      backupSessionController(ctx.context),
      restoreSessionController(ctx.context),
      restoreBatchController(ctx.context),
    ];
    return { ...ctx, controllers };
  };
  let running = await start();
  return {
    store: real,
    clock,
    agents,
    hooks,
    hosts,
    ctx: () => running.context,
    settle: async () => {
      const before = writes;
      for (let round = 0; round < 100; round++) {
        const count = writes;
        for (const controller of running.controllers) await reconcileAll(real, controller, clock);
        const moved = await agents.turn(running.desk, clock.now());
        if (writes === count && !moved) return writes - before;
      }
      throw new Error('it does not come to rest');
    },
    restart: async () => {
      crashAt = Number.POSITIVE_INFINITY;
      running = await start();
    },
    crashAfter: (more) => {
      crashAt = writes + more;
    },
    list: (kind) => real.list(kind),
    close: async () => {
      await real.close();
      rmSync(directory, { recursive: true });
    },
  };
}

export class Crash extends Error {}

async function reconcileAll(store: Store, controller: Controller, clock: TestClock): Promise<void> {
  for (const object of await store.list(controller.kind)) {
    try {
      await controller.reconcile(keyOf(object), { signal: new AbortController().signal, clock, log: silentLogger() });
    } catch (error) {
      if (!isCode(error, 'Conflict')) throw error;
    }
  }
}

function contextOf(store: Store, clock: TestClock, platform: PlatformPort): { context: Context; desk: AgentDesk } {
  const desk = createDesk({
    now: () => '2026-11-22T10:00:00.000Z',
    epoch: 1,
    ensureAgent: () => undefined,
    notify: () => undefined,
    endedProcess: () => undefined,
  });
  // Events are no part of what is decided: they go to the store, and do not count as writes.
  const events = new EventRecorder({ store, clock, log: silentLogger(), component: 'test' });
  const gates = createGates(() => undefined);
  const context = {
    store,
    clock,
    log: silentLogger(),
    events,
    desk,
    platform,
    gates,
    slots: new Locks(),
    epoch: 1,
    startedAt: clock.now(),
  };
  return { context, desk };
}

function platformOf({ ran, failing }: ScriptedHooks, several: ReadonlyMap<string, string[]>): PlatformPort {
  return {
    place: 'Machine',
    targetKinds: ['Host', 'AppBinding'],
    hosts: async ({ name }, alias) => ({ hosts: several.get(name) ?? [alias ?? 'host-0'] }),
    agent: async ({ target, host }) => ({ agent: several.has(target.name) ? host : 'targets' }),
    repositoryAgent: () => 'repositories',
    exec: async (_target, [name = '', ...args]) => {
      ran.push([name, ...args].join(' '));
      return failing.has(name) ? { exitCode: 1, output: `${name} is broken` } : { exitCode: 0, output: '' };
    },
  };
}

/** Calls `before` ahead of every write of an object that controllers decide about. */
function counted(store: Store, before: () => void): Store {
  const guard = (kind: KindName) => {
    if (kind !== 'Event') before();
  };
  return {
    get: (kind, key) => store.get(kind, key),
    list: (kind, filter) => store.list(kind, filter),
    view: (kind, filter) => store.view(kind, filter),
    watch: (kinds, options) => store.watch(kinds, options),
    close: () => store.close(),
    create: async (kind, object) => {
      guard(kind);
      return store.create(kind, object);
    },
    replace: async (kind, object) => {
      guard(kind);
      return store.replace(kind, object);
    },
    replaceStatus: async (kind, object) => {
      guard(kind);
      return store.replaceStatus(kind, object);
    },
    delete: async (kind, key, precondition) => {
      guard(kind);
      return store.delete(kind, key, precondition);
    },
  };
}
