import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, Snapshot } from '../../engine/engine.ts';
import { createRestic } from '../../engine/restic/restic.ts';
import type { BackupResult, BackupTask, FunctionStep, OpenRepository, Order, Report } from '../../orders/order.ts';
import { runningReport } from '../../orders/testing/order.ts';
import { childEnvironment } from '../../platform/local/environment.ts';
import { PASSWORD, quickRepository } from '../../platform/local/testing/repository.ts';
import { backup } from '../backup.ts';
import { openJournal } from '../journal.ts';
import { runOrder } from '../order-run.ts';
import { openStage } from '../stage.ts';

/** A host whose data is a text file, with a function that makes fulls and incrementals of it, and real repositories. */
export interface ChainHost {
  readonly stage: string;
  /** What the next link is to hold. */
  write(text: string): void;
  /** Something the function obeys: `fail`, `need-full`, `role`, `evidence`, `full-stage`; undefined takes it away. */
  tell(name: string, text: string | undefined): void;
  /** Opens the stage anew, as a new run of the agent does, and carries out one order. */
  order(operation: 'Full' | 'Incremental', change?: Partial<BackupTask>): Promise<Report>;
  /** The same, of an order that succeeds. */
  result(operation: 'Full' | 'Incremental', change?: Partial<BackupTask>): Promise<BackupResult>;
  /** Of a repository, oldest first. */
  snapshots(name: string): Promise<Snapshot[]>;
  /** What the newest snapshot of a repository holds of a link. */
  stored(name: string, link: string): Promise<string>;
  forget(name: string): Promise<void>;
  /** Takes the storage of a repository away, and gives it back. */
  away(name: string): void;
  back(name: string): void;
  dispose(): void;
}

const SCRIPT = `
cd "$STASH_PARAM_WORLD"
if [ "$STASH_OPERATION" = Role ]; then printf '{"role":"%s","evidence":{"read_only":true}}' "$(cat role)" > "$STASH_RESULT"; exit; fi
if [ -f fail ]; then cat fail >&2; exit 3; fi
if [ -f full-stage ] && [ -d ../stage/chain ]; then
  printf '{"error":{"code":"StageFull","message":"12 MiB are needed"}}' > "$STASH_RESULT"; exit 1
fi
if [ "$STASH_OPERATION" = Incremental ]; then
  test -f "$STASH_PARENT/data" || exit 9
  if [ -f need-full ]; then printf '{"needFull":"%s","message":"%s"}' "$(cat need-full)" "$(cat evidence)" > "$STASH_RESULT"; exit; fi
fi
cp data "$STASH_STAGE/data"
printf '{"position":{"gtid":"0-1-%s"}}' "$(cat data)" > "$STASH_RESULT"
`;

export async function chainHost(repositories: readonly string[] = ['a']): Promise<ChainHost> {
  const base = mkdtempSync(join(tmpdir(), 'stash-chain-'));
  const places = { world: join(base, 'world'), stage: join(base, 'stage'), cache: join(base, 'cache') };
  for (const place of Object.values(places)) mkdirSync(place);
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
    name: 'copy',
    command: ['sh', '-c', SCRIPT],
    env: {},
    params: { world: places.world },
    source: 'Stage',
    fetch: 'Stage',
    checks: false,
    roles: true,
  };
  let count = 0;

  const order: ChainHost['order'] = async (operation, change = {}) => {
    const task: BackupTask = {
      type: 'Backup',
      operation,
      alias: operation.toLowerCase(),
      chain: { maxIncrementals: 96, maxRatio: 100, onLostStage: 'Full' },
      host: 'db-0',
      steps: [step],
      paths: [],
      exclude: [],
      args: [],
      repositories: repositories.map(open),
      tags: [`stash.operation=${operation}`, 'stash.target=shop/AppBinding/db'],
      ...change,
    };
    const given: Order = { id: `order-${++count}`, epoch: 1, deadline: deadline(), purpose: 'BackupSession/shop/s', task };
    const stage = await openStage(places.stage);
    const journal = await openJournal(stage.state, () => new Date().toISOString());
    await journal.accept(given, runningReport(given.id));
    const tools = { engine, stage, baseEnv, keepOut: [] };
    const manners = {
      journal,
      log: () => undefined,
      now: () => new Date(),
      changed: () => undefined,
      signal: new AbortController().signal,
    };
    return runOrder(given, (run) => backup(run, task, tools), manners);
  };
  const snapshots = async (name: string) => {
    const found = await engine.snapshots(open(name).access, {}, control);
    return found.sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  };

  return {
    stage: places.stage,
    write: (text) => writeFileSync(join(places.world, 'data'), text),
    tell: (name, text) => (text === undefined ? rmSync(join(places.world, name)) : writeFileSync(join(places.world, name), text)),
    order,
    result: async (operation, change) => {
      const report = await order(operation, change);
      if (report.result?.type !== 'Backup') throw new Error(`${report.error?.code}: ${report.error?.message}`);
      return report.result;
    },
    snapshots,
    stored: async (name, link) => {
      const newest = (await snapshots(name)).at(-1);
      return engine.load(open(name).access, { snapshotId: newest?.id ?? '', path: join(places.stage, 'chain', link, 'data') }, control);
    },
    forget: async (name) => {
      const all = await snapshots(name);
      await engine.forget(
        open(name).access,
        all.map(({ id }) => id),
        control,
      );
    },
    away: (name) => renameSync(join(base, name), join(base, `${name}.away`)),
    back: (name) => renameSync(join(base, `${name}.away`), join(base, name)),
    dispose: () => rmSync(base, { recursive: true }),
  };
}

function deadline(): string {
  return new Date(Date.now() + 120_000).toISOString();
}
