import type { BackupRequest, Engine } from '../engine/engine.ts';
import type { FunctionResult } from '../functions/contract.ts';
import type { BackupTask } from '../orders/order.ts';
import type { BackupResult } from '../orders/report.ts';
import { runFunctions } from './backup-functions.ts';
import { chainBackup } from './chain-backup.ts';
import type { OrderRun } from './order-run.ts';
import { type Scratch, withScratch } from './scratch.ts';
import type { Stage } from './stage.ts';
import { storedByOthers } from './stash-output.ts';
import { sourceOf, storeEach } from './upload.ts';
import { storeCommand } from './upload-command.ts';

export interface Tools {
  engine: Engine;
  stage: Stage;
  /** PATH and the like for functions. */
  baseEnv: Record<string, string>;
  /** Directories of Stash itself: nothing is restored into or over them. */
  keepOut: string[];
}

/** One backup of one host: the functions write a link of the stage's chain, or say what to read, and the engine stores it in each repository. */
export async function backup(run: OrderRun, task: BackupTask, tools: Tools): Promise<BackupResult> {
  if (task.output !== undefined) return storedByOthers(run, task, task.output, tools.engine);
  const functions = task.steps.filter((step) => step.command.length > 0);
  if (functions.some((step) => step.source === 'Stage')) return chainBackup(run, task, tools);
  return withScratch(run, task, tools, (scratch) => pathBackup(run, task, tools, scratch));
}

/** `scratch` is there until everything is stored: a command that the engine starts reads the login of the target in it. */
async function pathBackup(run: OrderRun, task: BackupTask, tools: Tools, scratch: Scratch): Promise<BackupResult> {
  const made = await runFunctions(task, { operation: task.operation }, scratch);
  const result: BackupResult = {
    type: 'Backup',
    operation: { requested: task.operation, performed: task.operation, reason: 'Requested' },
    ...(made.position === undefined ? {} : { position: made.position }),
    ...(made.message === undefined ? {} : { message: made.message }),
    stored: [],
    failed: [],
    ...(made.skip === undefined ? {} : { skipped: made.skip }),
  };
  if (made.skip !== undefined) return result;
  const request = pathsOf(task, made);
  if (request.source.type === 'command')
    return { ...result, ...(await storeCommand(run, task, { ...request, source: request.source }, tools.engine, scratch)) };
  return { ...result, ...(await storeEach(run, task, request, tools.engine)) };
}

function pathsOf(task: BackupTask, made: FunctionResult): BackupRequest {
  // A full of files reads every file again; restic then finds by itself which blocks it has.
  const files = { type: 'paths' as const, paths: task.paths, exclude: task.exclude };
  const named = sourceOf(made);
  return {
    host: task.host,
    tags: task.tags,
    args: task.args,
    force: named === undefined && task.operation === 'Full',
    source: named ?? files,
  };
}
