import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { writeDurable } from '../../agent/durable.ts';
import type { KindName } from '../../api/kinds.ts';
import type { ObjectKey } from '../../api/object.ts';
import { backupSessionController } from '../../controllers/backup-session/reconcile.ts';
import type { Context } from '../../controllers/context.ts';
import { invokerController } from '../../controllers/invoker/reconcile.ts';
import { Mutex } from '../../controllers/mutex.ts';
import { createGates } from '../../controllers/repository/gates.ts';
import { repositoryController } from '../../controllers/repository/reconcile.ts';
import { restoreGates } from '../../controllers/repository/restore-gates.ts';
import { restoreBatchController } from '../../controllers/restore-batch/reconcile.ts';
import { restoreSessionController } from '../../controllers/restore-session/reconcile.ts';
import { StashError } from '../../errors/error.ts';
import { type AgentDesk, createDesk } from '../../orders/desk.ts';
import { serveDesk } from '../../orders/server.ts';
import { systemClock } from '../../runtime/clock.ts';
import { EventRecorder } from '../../runtime/events.ts';
import { takeExclusive } from '../../runtime/exclusive.ts';
import type { Logger } from '../../runtime/log.ts';
import { runControllers } from '../../runtime/run-controllers.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import { findTool, isFound } from '../tools/locate.ts';
import { agentProcesses } from './agents.ts';
import { applyCatalog } from './catalog.ts';
import { directoriesOf } from './directories.ts';
import { childEnvironment } from './environment.ts';
import { nextEpoch } from './epoch.ts';
import { hookJournal } from './hook-journal.ts';
import { localPlatform } from './local-platform.ts';
import { tidySessionLogs } from './session-logs.ts';

export interface LocalOptions {
  dataDir: string;
  /** Ends it: agents are told to stop what they run, and go on with it at the next start. */
  signal: AbortSignal;
  log: Logger;
  ready?: () => void;
}

const CONCURRENCY = 8;

/** `stash up`: store, controllers, scheduler and agents of one machine, until the signal. OperatorRunning when another one has the directory. */
export async function runLocal({ dataDir, signal, log, ready }: LocalOptions): Promise<void> {
  const directories = directoriesOf(dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const [restic, rclone] = await Promise.all([findTool('restic'), findTool('rclone')]);
  if (!isFound(restic)) throw new StashError('ToolMissing', restic.missing, { remedy: restic.remedy });
  const clock = systemClock;
  const lock = takeExclusive(directories.lock, { pid: process.pid, startTime: clock.now().toISOString() });
  if (!lock.taken) throw new StashError('OperatorRunning', `another "stash up" (pid ${lock.by?.pid ?? 'unknown'}) runs on ${dataDir}`);
  try {
    const store = openSqliteStore({ file: directories.store, clock, newUid: randomUUID });
    await applyCatalog(store);
    const baseEnv = {
      ...childEnvironment(process.env),
      STASH_RESTIC: restic.path,
      ...(isFound(rclone) ? { STASH_RCLONE: rclone.path } : {}),
    };
    // The desk, the agents and the controllers know each other; what is not there yet is looked up when it is needed.
    let enqueue: (kind: KindName, key: ObjectKey) => void = () => undefined;
    const agents = agentProcesses({ directories, baseEnv, log, desk: () => desk });
    const desk: AgentDesk = createDesk({
      now: () => clock.now().toISOString(),
      epoch: await nextEpoch(directories.epoch),
      ensureAgent: agents.ensure,
      notify: (purpose) => notify(purpose, enqueue),
      endedProcess: (repository) => enqueue('Repository', repository),
    });
    const gates = createGates((repository) => enqueue('Repository', repository));
    const events = new EventRecorder({ store, clock, log, component: 'stash' });
    const hooks = hookJournal(directories.hooks);
    await hooks.recover();
    const platform = localPlatform(store, baseEnv, hooks);
    const ctx: Context = {
      store,
      clock,
      log,
      events,
      desk,
      platform,
      gates,
      slots: new Mutex(),
      epoch: desk.epoch,
      startedAt: clock.now(),
    };
    await restoreGates(ctx);
    const server = await serveDesk(desk, { socketPath: directories.socket, token: await agentToken(directories.token) });
    const controllers = [
      repositoryController(ctx),
      invokerController('BackupConfiguration', ctx),
      invokerController('BackupBatch', ctx),
      backupSessionController(ctx),
      restoreSessionController(ctx),
      restoreBatchController(ctx),
    ];
    await agents.recover();
    const running = runControllers(store, controllers, { concurrency: CONCURRENCY, clock, log, signal });
    enqueue = running.enqueue;
    const tidy = tidySessionLogs(store, directories.logs, signal).catch((error: unknown) =>
      log.warn('logs are not tidied up any more', { error }),
    );
    await running.synced;
    if (!signal.aborted) ready?.();
    await running.stopped;
    await tidy;
    await agents.stop();
    await server.close();
    await rm(directories.socket, { force: true });
    await store.close();
  } finally {
    lock.release();
  }
}

/** News for the object that an order is for: `Kind/namespace/name`. */
function notify(purpose: string, enqueue: (kind: KindName, key: ObjectKey) => void): void {
  const [kind = '', namespace = '', name = ''] = purpose.split('/');
  enqueue(kind as KindName, { namespace, name });
}

/** The token outlives the operator, so that agents of one that was killed find the next one. */
async function agentToken(file: string): Promise<string> {
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known.trim().length >= 32) return known.trim();
  const token = randomBytes(32).toString('hex');
  await writeDurable(file, `${token}\n`);
  return token;
}
