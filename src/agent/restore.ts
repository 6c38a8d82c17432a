import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { RestoreRequest, RestoreSummary } from '../engine/engine.ts';
import { asStashError, isCode, StashError } from '../errors/error.ts';
import type { FunctionStep, RestoreTask } from '../orders/order.ts';
import type { RestoreResult } from '../orders/report.ts';
import { run as runProcess } from '../process/run.ts';
import { sideBySide } from '../process/side-by-side.ts';
import type { Tools } from './backup.ts';
import { checkKeptOut, checkRoom, destinationFull } from './destination.ts';
import { checkStageRoom, fetchLogs } from './fetch-logs.ts';
import type { OrderRun } from './order-run.ts';
import { checkPlaces, setAside } from './previous-data.ts';
import { type Scratch, withScratch } from './scratch.ts';
import { restoredByOthers } from './stash-output.ts';

/** One restore of one host: the engine fetches the snapshots, straight to their place or into the stage for the functions to put back. */
export async function restore(run: OrderRun, task: RestoreTask, tools: Tools): Promise<RestoreResult> {
  if (task.output !== undefined) return restoredByOthers(run, task, task.output);
  const functions = task.steps.filter((step) => step.command.length > 0);
  if (functions.length === 0) return restoreInPlace(run, task, tools);
  return withScratch(run, task, tools, (scratch) => restoreByFunctions(run, task, functions, tools, scratch));
}

/**
 * Straight to where it belongs. A whole path replaces what is there (`allowOverwrite`, `previousData`); with patterns, files that are
 * there are rewritten or left alone. After a failure the application stays stopped: what is half restored must not be served.
 */
async function restoreInPlace(run: OrderRun, task: RestoreTask, tools: Tools): Promise<RestoreResult> {
  const target = task.destination ?? '/';
  const places = task.snapshots.flatMap(({ paths }) => paths.map((path) => join(target, path)));
  const partly = task.include.length + task.exclude.length > 0;
  await run.step('check', async () => {
    const written = places.length === 0 ? [target] : places;
    await checkKeptOut(written, task, tools.keepOut);
    if (!partly) await checkPlaces(places, task);
    await checkRoom(written, task);
  });
  await command(run, 'stop', task.stopCommand, tools);
  const kept = partly || task.previousData === 'Discard' ? [] : await run.step('set aside', () => setAside(places, run.now()));
  const where = `the previous data is in ${kept.join(', ')}`;
  try {
    const total = await fetch(run, task, target, tools).catch((thrown: unknown) => {
      throw destinationFull(thrown, places);
    });
    await command(run, 'start', task.startCommand, tools);
    return { type: 'Restore', ...total, ...(kept.length === 0 ? {} : { message: where }) };
  } catch (thrown) {
    if (kept.length === 0) throw thrown;
    const error = asStashError(thrown);
    throw new StashError(error.code, `${error.message}; ${where}`, { cause: thrown, remedy: error.remedy });
  }
}

async function restoreByFunctions(
  run: OrderRun,
  task: RestoreTask,
  functions: FunctionStep[],
  tools: Tools,
  scratch: Scratch,
): Promise<RestoreResult> {
  const [source, index, logs] = [join(scratch.directory, 'source'), join(scratch.directory, 'index'), join(scratch.directory, 'logs')];
  for (const one of [source, index]) await mkdir(one, { recursive: true, mode: 0o700 });
  const destination = task.destination === undefined ? {} : { destination: task.destination };
  const replay = { ...(task.logs === undefined ? {} : { logs }), ...(task.point === undefined ? {} : { point: task.point }) };
  const check = async () => {
    const checking = functions.filter((one) => one.checks);
    if (checking.length > 0) await fetchIndex(run, task, index, tools);
    for (const step of checking)
      await scratch.call(step, { operation: 'Check', source: index, ...destination, restore: task }, `check ${step.name}`);
  };
  await checkStageRoom(scratch.directory, [...task.snapshots, ...(task.logs ?? [])]);
  const wanted = { repository: task.repository, logs: task.logs ?? [] };
  const total = await unless(check, async (refused, checked) => {
    const [fetched, ofLogs] = await sideBySide(
      refused,
      (signal) => fetch(run, task, source, tools, signal),
      // Not before the check has its index: two engines at once are enough.
      (signal) => checked.then(() => fetchLogs(run, wanted, logs, { engine: tools.engine, signal })),
    );
    return { files: fetched.files + ofLogs.files, bytes: fetched.bytes + ofLogs.bytes };
  });
  const messages: string[] = [];
  for (const step of functions) {
    const { message } = await scratch.call(step, { operation: 'Restore', source, ...replay, ...destination, restore: task });
    if (message !== undefined) messages.push(message);
  }
  return { type: 'Restore', ...total, ...(messages.length === 0 ? {} : { message: messages.join('; ') }) };
}

/** The checks are quick and seldom refuse: the work begins beside them, and ends when they do. */
async function unless<T>(check: () => Promise<void>, work: (signal: AbortSignal, checked: Promise<void>) => Promise<T>): Promise<T> {
  const refused = new AbortController();
  const checked = check().catch((error: unknown) => {
    refused.abort();
    throw error;
  });
  const [verdict, result] = await Promise.allSettled([checked, work(refused.signal, checked)]);
  if (verdict.status === 'rejected') throw verdict.reason;
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** The chain's index, so that a check knows what it is about without the rest. Other snapshots have none. */
async function fetchIndex(run: OrderRun, task: RestoreTask, directory: string, tools: Tools): Promise<void> {
  const { access } = task.repository;
  for (const { id, paths } of task.snapshots) {
    const [path] = paths;
    if (path === undefined) continue;
    const request = { snapshotId: id, path: join(path, 'metadata.index') };
    try {
      const text = await run.step('fetch index', (control) => tools.engine.load(access, request, control.engine(task.repository)));
      await writeFile(join(directory, 'metadata.index'), text, { mode: 0o600 });
    } catch (error) {
      if (!isCode(error, 'SnapshotNotFound', 'PathNotFound')) throw error;
    }
  }
}

async function fetch(
  run: OrderRun,
  task: RestoreTask,
  target: string,
  tools: Tools,
  signal = run.signal,
): Promise<{ files: number; bytes: number }> {
  const toStage = task.steps.some((step) => step.fetch === 'Stage' && step.command.length > 0);
  return run.step('fetch', async (control) => {
    const total = { files: 0, bytes: 0 };
    for (const { id, paths } of task.snapshots) {
      const requests =
        paths.length === 0
          ? [whole(task, id, target)]
          : paths.map((path) => (toStage ? content(task, id, path, target) : inPlace(task, id, path, target)));
      for (const request of requests) {
        control.log(`snapshot ${id.slice(0, 8)} ${request.path ?? '/'} -> ${request.target}`);
        const run = control.engine(task.repository);
        add(total, await tools.engine.restore(task.repository.access, request, { ...run, signal: AbortSignal.any([run.signal, signal]) }));
      }
    }
    return total;
  });
}

function whole({ include, exclude, args, allowOverwrite }: RestoreTask, snapshotId: string, target: string): RestoreRequest {
  return { snapshotId, target, include, exclude, args, delete: false, existing: allowOverwrite ? 'rewrite' : 'leave' };
}

/** What the path holds, right below `target`. */
function content(task: RestoreTask, snapshotId: string, path: string, target: string): RestoreRequest {
  return { ...whole(task, snapshotId, target), path };
}

/**
 * The path itself, directory or file, with its full name below `target`. It is picked out of its parent, whose own mode and times stay as
 * they are; the engine takes either patterns to include or to exclude, so a user's patterns leave only the content of a directory.
 */
function inPlace(task: RestoreTask, snapshotId: string, path: string, target: string): RestoreRequest {
  if (task.include.length + task.exclude.length > 0) return content(task, snapshotId, path, join(target, path));
  const parent = dirname(path);
  const request = { ...whole(task, snapshotId, join(target, parent)), include: [`/${escapePattern(basename(path))}`] };
  return parent === '/' ? request : { ...request, path: parent };
}

function escapePattern(name: string): string {
  return name.replace(/[\\*?[\]]/g, '\\$&');
}

function add(total: { files: number; bytes: number }, summary: RestoreSummary): void {
  total.files += summary.filesRestored;
  total.bytes += summary.bytesRestored;
}

async function command(run: OrderRun, name: 'stop' | 'start', argv: string[], tools: Tools): Promise<void> {
  const [program, ...args] = argv;
  if (program === undefined) return;
  await run.step(`${name}Command`, async (step) => {
    const control = step.process(tools.baseEnv);
    const ended = await runProcess({
      command: program,
      args,
      env: tools.baseEnv,
      signal: control.signal,
      timeoutMs: control.timeoutMs,
      leftBehind: 'leave',
      onStdout: control.onLog,
      onStderr: control.onLog,
    });
    if (ended.exitCode !== 0)
      throw new StashError('CommandFailed', `${name}Command "${argv.join(' ')}" ended with exit code ${ended.exitCode}`);
  });
}
