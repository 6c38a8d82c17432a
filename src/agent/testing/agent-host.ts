import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine, Snapshot } from '../../engine/engine.ts';
import { createRestic } from '../../engine/restic/restic.ts';
import type { BackupTask, FunctionStep, OpenRepository, Order } from '../../orders/order.ts';
import type { OrderResult, Report } from '../../orders/report.ts';
import { runningReport } from '../../orders/testing/order.ts';
import { childEnvironment } from '../../platform/local/environment.ts';
import { PASSWORD, quickRepository } from '../../platform/local/testing/repository.ts';
import type { Tools } from '../backup.ts';
import { openJournal } from '../journal.ts';
import { type OrderRun, runOrder } from '../order-run.ts';
import { openStage } from '../stage.ts';

/** The agent of a host with a stage and real repositories, which carries out one order after the other. */
export interface AgentHost {
  readonly stage: string;
  open(name: string): OpenRepository;
  /** Opens the stage anew, as a new run of the agent does. */
  carryOut(purpose: string, task: Order['task'], work: (run: OrderRun, tools: Tools) => Promise<OrderResult>): Promise<Report>;
  /** Of a repository, oldest first. */
  snapshots(name: string): Promise<Snapshot[]>;
  /** A file as a snapshot has it. */
  load(name: string, snapshotId: string, path: string): Promise<string>;
  forget(name: string): Promise<void>;
  /** Takes the storage of a repository away, and gives it back. */
  away(name: string): void;
  back(name: string): void;
}

/** In `base`, which is there; `noRoom` as for `openStage`. */
export function agentHost(base: string, repositories: readonly string[], noRoom?: Parameters<typeof openStage>[1]): AgentHost {
  const places = { stage: join(base, 'stage'), cache: join(base, 'cache') };
  for (const place of Object.values(places)) mkdirSync(place, { recursive: true });
  for (const name of repositories) quickRepository(join(base, name));
  const baseEnv = childEnvironment(process.env);
  const engine: Engine = createRestic({ path: 'restic', cacheDir: places.cache, tmpDir: base, baseEnv });
  const open = (name: string): OpenRepository => ({
    namespace: 'shop',
    name,
    access: { url: join(base, name), env: { RESTIC_PASSWORD: PASSWORD }, files: {}, flags: [] },
  });
  const control = { signal: new AbortController().signal, timeoutMs: 60_000 };
  const snapshots = async (name: string) => {
    const found = await engine.snapshots(open(name).access, {}, control);
    return found.sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  };
  let count = 0;
  return {
    stage: places.stage,
    open,
    carryOut: async (purpose, task, work) => {
      const given: Order = { id: `order-${++count}`, epoch: 1, deadline: new Date(Date.now() + 120_000).toISOString(), purpose, task };
      const stage = await openStage(places.stage, noRoom);
      const journal = await openJournal(stage.state, () => new Date().toISOString());
      await journal.accept(given, runningReport(given.id));
      const manners = { journal, log: () => undefined, now: () => new Date(), changed: () => undefined, signal: control.signal };
      return runOrder(given, (run) => work(run, { engine, stage, baseEnv, keepOut: [] }), manners);
    },
    snapshots,
    load: (name, snapshotId, path) => engine.load(open(name).access, { snapshotId, path }, control),
    forget: async (name) => {
      const ids = (await snapshots(name)).map(({ id }) => id);
      await engine.forget(open(name).access, ids, control);
    },
    away: (name) => renameSync(join(base, name), join(base, `${name}.away`)),
    back: (name) => renameSync(join(base, `${name}.away`), join(base, name)),
  };
}

/** One link of a chain of the host db-0, by a function that writes it into the stage. */
export function linkTask(
  operation: BackupTask['operation'],
  step: Pick<FunctionStep, 'name' | 'command' | 'params'>,
  repositories: OpenRepository[],
): BackupTask {
  return {
    type: 'Backup',
    operation,
    alias: operation.toLowerCase(),
    chain: { maxIncrementals: 96, maxRatio: 100, onLostStage: 'Full' },
    host: 'db-0',
    steps: [stagedStep(step)],
    paths: [],
    exclude: [],
    args: [],
    repositories,
    tags: [`stash.operation=${operation}`, 'stash.target=shop/AppBinding/db'],
  };
}

export function stagedStep(step: Pick<FunctionStep, 'name' | 'command' | 'params'>): FunctionStep {
  return { ...step, env: {}, source: 'Stage', fetch: 'Stage', checks: false, roles: true };
}

/** Of an order that succeeded; throws what it failed with. */
export function resultOf<Type extends OrderResult['type']>(report: Report, type: Type): Extract<OrderResult, { type: Type }> {
  if (report.result?.type !== type) throw new Error(`${report.error?.code}: ${report.error?.message}`);
  return report.result as Extract<OrderResult, { type: Type }>;
}
