import { mkdirSync, renameSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine, Snapshot } from '../../engine/engine.ts';
import { createRestic } from '../../engine/restic/restic.ts';
import { makeBackupAccount } from '../../functions/mariadb/testing/backup-account.ts';
import { startTestServer, type TestServer } from '../../functions/mariadb/testing/test-server.ts';
import type { BackupResult, FunctionStep, LogResult, LogTask, OpenRepository, Order, Report } from '../../orders/order.ts';
import { runningReport } from '../../orders/testing/order.ts';
import { childEnvironment } from '../../platform/local/environment.ts';
import { PASSWORD, quickRepository } from '../../platform/local/testing/repository.ts';
import { type LogIndex, parseLogIndex } from '../../rules/log/log-index.ts';
import { type LogSpan, logSpan } from '../../rules/log/log-tags.ts';
import { backup } from '../backup.ts';
import { openJournal } from '../journal.ts';
import { logBackup } from '../log-backup.ts';
import { type OrderRun, runOrder } from '../order-run.ts';
import { openStage } from '../stage.ts';

/** A host with a real server, real repositories and the built-in function. */
export interface LogHost {
  readonly server: TestServer;
  readonly stage: string;
  index(): Promise<LogIndex | undefined>;
  backup(operation: 'Full' | 'Incremental'): Promise<BackupResult>;
  /** One tick. `use`: the repositories that may be used now; all unless said. */
  log(change?: Partial<LogTask>, use?: readonly string[]): Promise<Report>;
  logged(change?: Partial<LogTask>, use?: readonly string[]): Promise<LogResult>;
  /** The snapshots of logs in a repository, oldest first. */
  stored(name: string): Promise<{ snapshot: Snapshot; span: LogSpan; index: LogIndex }[]>;
  gtid(): Promise<string>;
  away(name: string): void;
  back(name: string): void;
  dispose(): Promise<void>;
}

export async function logHost(repositories: readonly string[], options: readonly string[] = []): Promise<LogHost> {
  const server = await startTestServer({ options: ['log-bin=binlog', ...options] });
  const account = await makeBackupAccount(server);
  const base = join(server.directory, 'host');
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
  const step: FunctionStep = {
    name: 'mariadb-physical',
    command: ['stash-function', 'mariadb-physical'],
    env: {},
    params: {},
    source: 'Stage',
    fetch: 'Stage',
    checks: false,
    roles: true,
  };
  let count = 0;
  const common = { host: 'db-0', steps: [step], connection: server.connection(account) };

  const carryOut = async (
    task: Order['task'],
    work: (run: OrderRun, tools: Parameters<typeof logBackup>[2]) => ReturnType<typeof logBackup> | ReturnType<typeof backup>,
  ) => {
    const given: Order = { id: `order-${++count}`, epoch: 1, deadline: deadline(), purpose: 'BackupConfiguration/shop/db', task };
    const stage = await openStage(places.stage);
    const journal = await openJournal(stage.state, () => new Date().toISOString());
    await journal.accept(given, runningReport(given.id));
    const manners = { journal, log: () => undefined, now: () => new Date(), changed: () => undefined, signal: control.signal };
    return runOrder(given, (run) => work(run, { engine, stage, baseEnv, keepOut: [] }), manners);
  };
  const log: LogHost['log'] = (change = {}, use = repositories) => {
    const task: LogTask = {
      type: 'Log',
      alias: 'log',
      ...common,
      repositories: use.map(open),
      wanted: repositories.map((name) => ({ namespace: 'shop', name })),
      tags: ['stash.target=shop/AppBinding/db', 'stash.alias=log'],
      onlyPrimary: true,
      ...change,
    };
    return carryOut(task, (run, tools) => logBackup(run, task, tools));
  };
  return {
    server,
    stage: places.stage,
    index: async () => parseLogIndex(await readFile(join(places.stage, 'log', 'log.index'), 'utf8').catch(() => '')),
    backup: async (operation) => {
      const chain = { maxIncrementals: 96, maxRatio: 100, onLostStage: 'Full' } as const;
      const tags = [`stash.operation=${operation}`, 'stash.target=shop/AppBinding/db'];
      const more = { paths: [], exclude: [], args: [], repositories: repositories.map(open), tags };
      const task = { type: 'Backup' as const, operation, alias: operation.toLowerCase(), chain, ...common, ...more };
      const report = await carryOut(task, (run, tools) => backup(run, task, tools));
      if (report.result?.type !== 'Backup') throw new Error(`${report.error?.code}: ${report.error?.message}`);
      return report.result;
    },
    log,
    logged: async (change, use) => {
      const report = await log(change, use);
      if (report.result?.type !== 'Log') throw new Error(`${report.error?.code}: ${report.error?.message}`);
      return report.result;
    },
    stored: async (name) => {
      const found = await engine.snapshots(open(name).access, {}, control);
      found.sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
      const logs = found.flatMap((snapshot) => {
        const span = logSpan(snapshot.tags);
        return span === undefined ? [] : [{ snapshot, span }];
      });
      return Promise.all(
        logs.map(async ({ snapshot, span }) => {
          const path = join(snapshot.paths[0] ?? '', 'log.index');
          const index = parseLogIndex(await engine.load(open(name).access, { snapshotId: snapshot.id, path }, control));
          if (index === undefined) throw new Error(`${snapshot.id} has no log.index`);
          return { snapshot, span, index };
        }),
      );
    },
    gtid: async () => (await server.sql('SELECT @@gtid_binlog_pos'))[0]?.[0] ?? '',
    away: (name) => renameSync(join(base, name), join(base, `${name}.away`)),
    back: (name) => renameSync(join(base, `${name}.away`), join(base, name)),
    dispose: () => server.dispose(),
  };
}

function deadline(): string {
  return new Date(Date.now() + 120_000).toISOString();
}
