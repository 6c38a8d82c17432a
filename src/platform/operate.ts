import type { KindName } from '../api/kinds.ts';
import type { ObjectKey } from '../api/object.ts';
import { backupSessionController } from '../controllers/backup-session/reconcile.ts';
import { blueprintController } from '../controllers/blueprint/reconcile.ts';
import type { Context } from '../controllers/context.ts';
import { invokerController } from '../controllers/invoker/reconcile.ts';
import { scheduler } from '../controllers/invoker/scheduler.ts';
import type { PlatformPort } from '../controllers/platform-port.ts';
import { createGates } from '../controllers/repository/gates.ts';
import { repositoryController } from '../controllers/repository/reconcile.ts';
import { restoreGates } from '../controllers/repository/restore-gates.ts';
import { restoreBatchController } from '../controllers/restore-batch/reconcile.ts';
import { restoreSessionController } from '../controllers/restore-session/reconcile.ts';
import type { WorkMetrics } from '../metrics/work.ts';
import { type AgentDesk, createDesk } from '../orders/desk.ts';
import { BLUEPRINT_KINDS } from '../rules/blueprint/target.ts';
import type { Clock } from '../runtime/clock.ts';
import { EventRecorder } from '../runtime/events.ts';
import { Locks } from '../runtime/locks.ts';
import type { Logger } from '../runtime/log.ts';
import { runControllers } from '../runtime/run-controllers.ts';
import type { Store } from '../store/store.ts';

/** What carries orders out: child processes of this machine, or the pods of a cluster. */
export interface Platform {
  port: PlatformPort;
  /** Makes sure that the agent runs, or will; called with every order. */
  ensureAgent(agent: string): void;
  /** From here on agents reach the desk. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export type Enqueue = (kind: KindName, key: ObjectKey) => void;

interface OperateOptions {
  store: Store;
  clock: Clock;
  log: Logger;
  /** Which operator this is, counted up; see `Order.epoch`. */
  epoch: number;
  platform: (desk: AgentDesk, enqueue: Enqueue) => Platform;
  /** Which agents may speak of which objects; every one of all unless given. */
  mayReport?: (agent: string, purpose: string) => boolean;
  /** How long recorded events are kept; where absent, somebody else sees to it. */
  keepEventsMs?: number;
  /** Told what the controllers do. */
  work?: WorkMetrics | undefined;
  /** Ends it. */
  signal: AbortSignal;
  ready?: (() => void) | undefined;
}

const CONCURRENCY = 8;

/** The controllers with everything they work with, the same on one machine and in a cluster; runs until the signal. */
export async function operate({
  store,
  clock,
  log,
  epoch,
  platform: make,
  mayReport,
  keepEventsMs = 0,
  work,
  signal,
  ready,
}: OperateOptions): Promise<void> {
  // The desk, the platform and the controllers know each other; what is not there yet is looked up when it is needed.
  let wake: Enqueue = () => undefined;
  const enqueue: Enqueue = (kind, key) => wake(kind, key);
  const desk: AgentDesk = createDesk({
    now: () => clock.now().toISOString(),
    epoch,
    ensureAgent: (agent) => platform.ensureAgent(agent),
    notify: (purpose) => enqueue(...keyOfPurpose(purpose)),
    endedProcess: (repository) => enqueue('Repository', repository),
    ...(mayReport === undefined ? {} : { mayReport }),
  });
  const platform = make(desk, enqueue);
  const ctx: Context = {
    store,
    clock,
    log,
    events: new EventRecorder({ store, clock, log, component: 'stash', keepMs: keepEventsMs }),
    desk,
    platform: platform.port,
    gates: createGates((repository) => enqueue('Repository', repository)),
    slots: new Locks(),
    epoch,
    startedAt: clock.now(),
  };
  await restoreGates(ctx);
  const controllers = [
    scheduler('BackupConfiguration', ctx),
    scheduler('BackupBatch', ctx),
    repositoryController(ctx),
    invokerController('BackupConfiguration', ctx),
    invokerController('BackupBatch', ctx),
    backupSessionController(ctx),
    restoreSessionController(ctx),
    restoreBatchController(ctx),
    ...BLUEPRINT_KINDS.filter((kind) => kind === 'AppBinding' || ctx.platform.place === 'Cluster').map((kind) =>
      blueprintController(kind, ctx),
    ),
  ];
  await platform.start();
  const running = runControllers(store, controllers, {
    concurrency: CONCURRENCY,
    clock,
    log,
    signal,
    onReconcile: (controller, _key, outcome, seconds) => work?.reconciled(controller, outcome, seconds),
  });
  wake = running.enqueue;
  if (work !== undefined) work.queues = running.queues;
  await running.synced;
  if (!signal.aborted) ready?.();
  await running.stopped;
  if (work !== undefined) work.queues = undefined;
  await platform.stop();
}

/** An order is for the object `Kind/namespace/name`. */
function keyOfPurpose(purpose: string): [KindName, ObjectKey] {
  const [kind = '', namespace = '', name = ''] = purpose.split('/');
  return [kind as KindName, { namespace, name }];
}
