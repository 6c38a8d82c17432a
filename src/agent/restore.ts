import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RestoreSummary } from '../engine/engine.ts';
import { StashError } from '../errors/error.ts';
import { runFunction } from '../functions/run.ts';
import type { FunctionStep, RestoreResult, RestoreTask } from '../orders/order.ts';
import { run as runProcess } from '../process/run.ts';
import type { Tools } from './backup.ts';
import type { OrderRun } from './order-run.ts';

/** One restore of one host: the engine fetches the snapshots, straight to their place or into the stage for the functions to put back. */
export async function restore(run: OrderRun, task: RestoreTask, tools: Tools): Promise<RestoreResult> {
  const functions = task.steps.filter((step) => step.command.length > 0);
  return functions.length === 0 ? restoreInPlace(run, task, tools) : restoreByFunctions(run, task, functions, tools);
}

async function restoreInPlace(run: OrderRun, task: RestoreTask, tools: Tools): Promise<RestoreResult> {
  await command(run, 'stop', task.stopCommand, tools);
  const total = await fetch(run, task, task.destination ?? '/', tools);
  await command(run, 'start', task.startCommand, tools);
  return { type: 'Restore', ...total };
}

async function restoreByFunctions(run: OrderRun, task: RestoreTask, functions: FunctionStep[], tools: Tools): Promise<RestoreResult> {
  const scratch = join(tools.stage.state, 'run', run.order.id);
  const source = join(scratch, 'source');
  await mkdir(source, { recursive: true, mode: 0o700 });
  try {
    const target = join(scratch, 'target.json');
    if (task.connection !== undefined) await writeFile(target, JSON.stringify(task.connection), { mode: 0o600 });
    const call = (step: FunctionStep, operation: 'Check' | 'Restore') => {
      const input = {
        operation,
        source,
        ...(task.destination === undefined ? {} : { destination: task.destination }),
        ...(task.connection === undefined ? {} : { target }),
        result: join(scratch, `${step.name}.json`),
        scratch,
        restore: task,
      };
      const name = operation === 'Check' ? `check ${step.name}` : step.name;
      return run.step(name, (control) => runFunction(step, input, control.process(tools.baseEnv)));
    };
    for (const step of functions.filter((one) => one.checks)) await call(step, 'Check');
    const total = await fetch(run, task, source, tools);
    const messages: string[] = [];
    for (const step of functions) {
      const { message } = await call(step, 'Restore');
      if (message !== undefined) messages.push(message);
    }
    return { type: 'Restore', ...total, ...(messages.length === 0 ? {} : { message: messages.join('; ') }) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function fetch(run: OrderRun, task: RestoreTask, target: string, tools: Tools): Promise<{ files: number; bytes: number }> {
  const { repository, include, exclude, args } = task;
  const toStage = task.steps.some((step) => step.fetch === 'Stage' && step.command.length > 0);
  return run.step('fetch', async (control) => {
    const total = { files: 0, bytes: 0 };
    for (const { id, paths } of task.snapshots) {
      const base = { snapshotId: id, include, exclude, args, delete: false };
      const requests = paths.map((path) => ({ ...base, path, target: toStage ? target : join(target, path) }));
      for (const request of requests.length === 0 ? [{ ...base, target }] : requests) {
        control.log(`snapshot ${id.slice(0, 8)}${'path' in request ? ` ${request.path}` : ''} -> ${request.target}`);
        add(total, await tools.engine.restore(repository.access, request, control.engine(repository)));
      }
    }
    return total;
  });
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
