import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { StashError } from '../../errors/error.ts';
import { WorkMetrics } from '../../metrics/work.ts';
import type { AgentDesk } from '../../orders/desk.ts';
import { oneToken } from '../../orders/one-token.ts';
import { type AgentServer, serveDesk } from '../../orders/server.ts';
import { writeDurable } from '../../process/durable.ts';
import { systemClock } from '../../runtime/clock.ts';
import { takeExclusive } from '../../runtime/exclusive.ts';
import type { Logger } from '../../runtime/log.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import { operate, type Platform } from '../operate.ts';
import { findTool, isFound } from '../tools/locate.ts';
import { agentProcesses } from './agents.ts';
import { applyCatalog } from './catalog.ts';
import { directoriesOf } from './directories.ts';
import { childEnvironment } from './environment.ts';
import { nextEpoch } from './epoch.ts';
import { hookJournal } from './hook-journal.ts';
import { localPlatform } from './local-platform.ts';
import { serveMetrics } from './metrics.ts';
import { tidySessionLogs } from './session-logs.ts';

export interface LocalOptions {
  dataDir: string;
  /** Ends it: agents are told to stop what they run, and go on with it at the next start. */
  signal: AbortSignal;
  log: Logger;
  /** Where metrics are served; nowhere when absent. */
  metrics?: { host: string; port: number; legacyNames: boolean };
  /** `metricsPort`: where they are, should any port have been asked for. */
  ready?: (facts: { metricsPort?: number }) => void;
}

/** As long as the API server of a cluster keeps them. */
const KEEP_EVENTS_MS = 3_600_000;

/** `stash up`: store, controllers, scheduler and agents of one machine, until the signal. OperatorRunning when another one has the directory. */
export async function runLocal({ dataDir, signal, log, metrics, ready }: LocalOptions): Promise<void> {
  const directories = directoriesOf(dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const [restic, rclone] = await Promise.all([findTool('restic'), findTool('rclone')]);
  if (!isFound(restic)) throw new StashError('ToolMissing', restic.missing, { remedy: restic.remedy });
  const clock = systemClock;
  const lock = takeExclusive(directories.lock, { pid: process.pid, startTime: clock.now().toISOString() });
  if (!lock.taken) throw new StashError('OperatorRunning', `another "stash up" (pid ${lock.by?.pid ?? 'unknown'}) runs on ${dataDir}`);
  try {
    const store = openSqliteStore({ file: directories.store, clock, newUid: randomUUID });
    // First of all: an address that is taken is told before anything runs.
    const work = new WorkMetrics();
    const served = metrics && (await serveMetrics({ ...metrics, store, clock, work }));
    await applyCatalog(store);
    const baseEnv = {
      ...childEnvironment(process.env),
      STASH_RESTIC: restic.path,
      ...(isFound(rclone) ? { STASH_RCLONE: rclone.path } : {}),
    };
    const hooks = hookJournal(directories.hooks);
    await hooks.recover();
    const token = await agentToken(directories.token);
    const platform = (desk: AgentDesk): Platform => {
      const agents = agentProcesses({ directories, baseEnv, log, desk });
      let server: AgentServer | undefined;
      return {
        port: localPlatform(store, baseEnv, hooks),
        ensureAgent: agents.ensure,
        start: async () => {
          server = await serveDesk(desk, { listen: { socketPath: directories.socket }, authenticate: oneToken(token) });
          await agents.recover();
        },
        stop: async () => {
          await agents.stop();
          await server?.close();
        },
      };
    };
    const tidy = tidySessionLogs(store, directories.logs, signal).catch((error: unknown) =>
      log.warn('logs are not tidied up any more', { error }),
    );
    const epoch = await nextEpoch(directories.epoch);
    const facts = served === undefined ? {} : { metricsPort: served.port };
    await operate({ store, clock, log, epoch, platform, keepEventsMs: KEEP_EVENTS_MS, work, signal, ready: () => ready?.(facts) });
    await served?.close();
    await tidy;
    await rm(directories.socket, { force: true });
    await store.close();
  } finally {
    lock.release();
  }
}

/** The token outlives the operator, so that agents of one that was killed find the next one. */
async function agentToken(file: string): Promise<string> {
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known.trim().length >= 32) return known.trim();
  const token = randomBytes(32).toString('hex');
  await writeDurable(file, `${token}\n`);
  return token;
}
