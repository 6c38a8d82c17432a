import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupRequest } from '../engine/engine.ts';
import { CATALOGUE, type ErrorCode } from '../errors/catalogue.ts';
import { StashError } from '../errors/error.ts';
import { type FunctionResult, functionEnvironment, parseFunctionResult } from '../functions/contract.ts';
import type { BackupTask, StoredSnapshot } from '../orders/order.ts';

/** The command of `upload`, which the engine starts for each repository and whose output it stores. */
export interface UploadCommand {
  /** What it is told: what its function was told. The function's own environment is not for the engine, which would get it too. */
  env: Record<string, string>;
  /** The upload with what the command left at STASH_RESULT: a position, or the error that made it fail. */
  ended(request: BackupRequest, upload: Promise<StoredSnapshot>): Promise<{ snapshot: StoredSnapshot; position?: Record<string, unknown> }>;
}

export function uploadCommand(task: BackupTask, scratch: string): UploadCommand {
  const step = task.steps.filter(({ command }) => command.length > 0).at(-1);
  const result = join(scratch, 'upload.json');
  const target = task.connection === undefined ? {} : { target: join(scratch, 'target.json') };
  const told = step && functionEnvironment(step, { operation: task.operation, alias: task.alias, ...target, result, scratch });
  return {
    env: Object.fromEntries(Object.entries(told ?? {}).filter(([name]) => name.startsWith('STASH_'))),
    ended: async (request, upload) => {
      if (request.source.type !== 'command') return { snapshot: await upload };
      try {
        const snapshot = await upload;
        const { position } = await resultAt(result, step?.name ?? '');
        return { snapshot, ...(position === undefined ? {} : { position }) };
      } catch (thrown) {
        const { error } = await resultAt(result, step?.name ?? '').catch((): FunctionResult => ({}));
        // Stopped, since the engine was: that one says why.
        if (error === undefined || error.code === 'Canceled') throw thrown;
        const { code, message, remedy } = error;
        const known = code in CATALOGUE ? (code as ErrorCode) : 'FunctionFailed';
        throw new StashError(known, message, { cause: thrown, ...(remedy === undefined ? {} : { remedy }) });
      } finally {
        await rm(result, { force: true });
      }
    },
  };
}

async function resultAt(file: string, name: string): Promise<FunctionResult> {
  return parseFunctionResult(await readFile(file, 'utf8').catch(() => ''), name);
}
