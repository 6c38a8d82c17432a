import { lstat, mkdir, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupRequest, Engine } from '../engine/engine.ts';
import { asStashError, StashError } from '../errors/error.ts';
import type { FunctionResult } from '../functions/contract.ts';
import { runFunction } from '../functions/run.ts';
import type { BackupResult, BackupTask, OpenRepository, StoredSnapshot } from '../orders/order.ts';
import { orderError } from '../orders/order-error.ts';
import { orderFileName } from '../orders/order-id.ts';
import type { OrderRun } from './order-run.ts';
import type { Stage } from './stage.ts';
import { storedByOthers } from './stash-output.ts';
import { type UploadCommand, uploadCommand } from './upload-command.ts';

export interface Tools {
  engine: Engine;
  stage: Stage;
  /** PATH and the like for functions. */
  baseEnv: Record<string, string>;
  /** Directories of Stash itself: nothing is restored into or over them. */
  keepOut: string[];
}

/** One backup of one host: the functions write the stage (or say what to read), then the engine stores it in each repository. */
export async function backup(run: OrderRun, task: BackupTask, tools: Tools): Promise<BackupResult> {
  if (task.output !== undefined) return storedByOthers(run, task, task.output, tools.engine);
  const scratch = join(tools.stage.state, 'run', orderFileName(run.order.id));
  try {
    return await backupFrom(run, task, tools, scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** `scratch` is there until everything is stored: a command that the engine starts reads the login of the target in it. */
async function backupFrom(run: OrderRun, task: BackupTask, tools: Tools, scratch: string): Promise<BackupResult> {
  const made = await runFunctions(run, task, tools, scratch);
  const command = uploadCommand(task, scratch);
  const request = uploadRequest(task, made, tools.stage, command);
  const result: BackupResult = {
    type: 'Backup',
    operation: { requested: task.operation, performed: task.operation, reason: 'Requested' },
    ...(made.position === undefined ? {} : { position: made.position }),
    stored: [],
    failed: [],
    ...(made.skip === undefined ? {} : { skipped: made.skip }),
  };
  if (made.skip !== undefined) return result;
  if (request.source.type === 'paths') await refuseLinks(request.source.paths);
  for (const repository of task.repositories) {
    try {
      const stored = await command.ended(request, upload(run, repository, request, tools.engine));
      result.stored.push(stored.snapshot);
      // Each repository has a dump of its own; all of them hold at least what the first one has.
      if (stored.position !== undefined) result.position ??= stored.position;
    } catch (thrown) {
      if (run.signal.aborted) throw thrown;
      result.failed.push({ namespace: repository.namespace, name: repository.name, error: orderError(asStashError(thrown)) });
    }
  }
  return result;
}

/** The engine stores a link as a link: named as a path, it would be a backup of nothing. Links below a path are stored as they are. */
async function refuseLinks(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const found = await lstat(path).catch(() => undefined);
    if (found?.isSymbolicLink() !== true) continue;
    const to = await realpath(path).catch(() => 'nothing');
    throw new StashError('PathIsLink', `${path} is a symbolic link to ${to}: only the link would be stored`);
  }
}

async function runFunctions(run: OrderRun, task: BackupTask, tools: Tools, scratch: string): Promise<FunctionResult> {
  const steps = task.steps.filter((step) => step.command.length > 0);
  if (steps.length === 0) return {};
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  try {
    const staged = steps.some((step) => step.source === 'Stage');
    const directory = staged ? await tools.stage.beginFull() : scratch;
    const target = join(scratch, 'target.json');
    if (task.connection !== undefined) await writeFile(target, JSON.stringify(task.connection), { mode: 0o600 });
    let result: FunctionResult = {};
    for (const step of steps) {
      const input = {
        operation: task.operation,
        alias: task.alias,
        stage: directory,
        ...(task.connection === undefined ? {} : { target }),
        result: join(scratch, `${step.name}.json`),
        scratch,
      };
      result = { ...result, ...(await run.step(step.name, (control) => runFunction(step, input, control.process(tools.baseEnv)))) };
      if (result.skip !== undefined) {
        await tools.stage.dropPartial();
        return { skip: result.skip };
      }
      if (result.needFull !== undefined) throw new StashError('FunctionFailed', `function ${step.name} needs a full: ${result.needFull}`);
    }
    if (staged && (await readdir(directory)).length === 0)
      throw new StashError('FunctionFailed', `the functions ${steps.map((step) => step.name).join(', ')} succeeded, but wrote nothing`);
    if (staged) await seal(run, task, result, tools.stage);
    return result;
  } catch (error) {
    await tools.stage.dropPartial();
    throw error;
  }
}

async function seal(run: OrderRun, task: BackupTask, result: FunctionResult, stage: Stage): Promise<void> {
  const link = { operation: task.operation, host: task.host, position: result.position ?? {} };
  await run.step('seal', () => stage.completeFull({ time: run.now(), alias: task.alias, link }));
}

function uploadRequest(task: BackupTask, made: FunctionResult, stage: Stage, command: UploadCommand): BackupRequest {
  const base = { host: task.host, tags: task.tags, force: false, args: task.args };
  const upload = made.upload;
  if (upload !== undefined && 'command' in upload)
    return { ...base, source: { type: 'command', command: upload.command, fileName: upload.fileName, env: command.env } };
  if (upload !== undefined && 'paths' in upload)
    return { ...base, source: { type: 'paths', paths: upload.paths, exclude: upload.exclude ?? [] } };
  if (upload !== undefined || task.steps.some((step) => step.source === 'Stage'))
    return { ...base, source: { type: 'paths', paths: [stage.chain], exclude: [] } };
  // A full of files reads every file again; restic then finds by itself which blocks it has.
  return { ...base, force: task.operation === 'Full', source: { type: 'paths', paths: task.paths, exclude: task.exclude } };
}

async function upload(run: OrderRun, repository: OpenRepository, request: BackupRequest, engine: Engine): Promise<StoredSnapshot> {
  const summary = await run.step(`upload ${repository.name}`, (control) =>
    engine.backup(repository.access, request, control.engine(repository)),
  );
  return {
    repository: { namespace: repository.namespace, name: repository.name },
    snapshotId: summary.snapshotId,
    paths: request.source.type === 'paths' ? request.source.paths : [`/${request.source.fileName}`],
    totalBytes: summary.bytesProcessed,
    storedBytes: summary.bytesStored,
    seconds: summary.seconds,
    files: { total: summary.filesTotal, new: summary.filesNew, modified: summary.filesChanged, unmodified: summary.filesUnmodified },
    unreadable: summary.unreadable,
  };
}
