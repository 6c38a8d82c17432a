import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionInput, FunctionResult } from '../functions/contract.ts';
import { runFunction } from '../functions/run.ts';
import type { BackupTask } from '../orders/order.ts';
import { orderFileName } from '../orders/order-id.ts';
import type { Tools } from './backup.ts';
import type { OrderRun } from './order-run.ts';

/** What the functions are to do; without `stage` they write into a directory that is thrown away. */
type Asked = Pick<FunctionInput, 'operation' | 'stage' | 'parent' | 'parentPosition'>;

/** Private to one order: its login, and what its functions leave for each other. */
export function scratchOf(run: OrderRun, { stage }: Pick<Tools, 'stage'>): string {
  return join(stage.state, 'run', orderFileName(run.order.id));
}

/**
 * Runs the functions of a backup one after the other. Ends early, with what it said, when one has nothing to do or needs a full.
 * `keepScratch`: whoever calls needs the scratch directory further, and removes it.
 */
export async function runFunctions(
  run: OrderRun,
  task: BackupTask,
  asked: Asked,
  tools: Tools,
  keepScratch = false,
): Promise<FunctionResult> {
  const scratch = scratchOf(run, tools);
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  try {
    const target = join(scratch, 'target.json');
    if (task.connection !== undefined) await writeFile(target, JSON.stringify(task.connection), { mode: 0o600 });
    let result: FunctionResult = {};
    for (const step of task.steps.filter((one) => one.command.length > 0)) {
      const input: FunctionInput = {
        stage: scratch,
        ...asked,
        alias: task.alias,
        ...(task.connection === undefined ? {} : { target }),
        result: join(scratch, `${step.name}.json`),
        scratch,
      };
      // What a run before this one left there is not this one's.
      await rm(input.result, { force: true });
      result = { ...result, ...(await run.step(step.name, (control) => runFunction(step, input, control.process(tools.baseEnv)))) };
      if (result.skip !== undefined || result.needFull !== undefined) return result;
    }
    return result;
  } finally {
    if (!keepScratch) await rm(scratch, { recursive: true, force: true });
  }
}
