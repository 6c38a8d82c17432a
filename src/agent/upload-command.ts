import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupRequest, Engine } from '../engine/engine.ts';
import { type FunctionResult, functionEnvironment, namedError, parseFunctionResult } from '../functions/contract.ts';
import type { BackupTask } from '../orders/order.ts';
import type { BackupResult } from '../orders/report.ts';
import type { OrderRun } from './order-run.ts';
import type { Scratch } from './scratch.ts';
import { inEach, upload } from './upload.ts';

interface CommandRequest extends BackupRequest {
  source: Extract<BackupRequest['source'], { type: 'command' }>;
}

/**
 * Stores the output of a command, which runs once for each repository. It is told what its function was told, and says at STASH_RESULT
 * where its output was taken, or why it failed. Each repository has an output of its own; all of them hold at least what the first one has.
 */
export async function storeCommand(
  run: OrderRun,
  task: BackupTask,
  request: CommandRequest,
  engine: Engine,
  scratch: Scratch,
): Promise<Pick<BackupResult, 'stored' | 'failed' | 'position'>> {
  const name = task.steps.findLast(({ command }) => command.length > 0)?.name ?? '';
  const file = join(scratch.directory, 'upload.json');
  const told: CommandRequest = { ...request, source: { ...request.source, env: environment(task, scratch, file) } };
  let position: Record<string, unknown> | undefined;
  const result = await inEach(run, task.repositories, async (repository) => {
    await rm(file, { force: true });
    const stored = await upload(run, repository, told, engine).catch(async (thrown: unknown) => {
      throw await saidBy(file, name, thrown);
    });
    position ??= (await resultAt(file, name)).position;
    return stored;
  });
  return { ...result, ...(position === undefined ? {} : { position }) };
}

/** The function's own environment is not among it: the engine would get it too. */
function environment(task: BackupTask, { directory: scratch, login }: Scratch, result: string): Record<string, string> {
  const step = task.steps.findLast(({ command }) => command.length > 0);
  const told = step && functionEnvironment(step, { operation: task.operation, alias: task.alias, ...login, result, scratch });
  return Object.fromEntries(Object.entries(told ?? {}).filter(([name]) => name.startsWith('STASH_')));
}

/** The command's own error; the engine's where that one had none, or was stopped since the engine was. */
async function saidBy(file: string, name: string, thrown: unknown): Promise<unknown> {
  const { error } = await resultAt(file, name).catch((): FunctionResult => ({}));
  return error === undefined || error.code === 'Canceled' ? thrown : namedError(error, thrown);
}

async function resultAt(file: string, name: string): Promise<FunctionResult> {
  return parseFunctionResult(await readFile(file, 'utf8').catch(() => ''), name);
}
