import type { FunctionInput, FunctionResult } from '../functions/contract.ts';
import type { BackupTask } from '../orders/order.ts';
import type { Scratch } from './scratch.ts';

/** What the functions are to do; without `stage` they write into the scratch directory. */
type Asked = Pick<FunctionInput, 'operation' | 'stage' | 'parent' | 'parentPosition'>;

/** Runs the functions of a backup one after the other. Ends early, with what it said, when one has nothing to do or needs a full. */
export async function runFunctions(task: BackupTask, asked: Asked, scratch: Scratch): Promise<FunctionResult> {
  let result: FunctionResult = {};
  for (const step of task.steps.filter((one) => one.command.length > 0)) {
    result = { ...result, ...(await scratch.call(step, { stage: scratch.directory, ...asked, alias: task.alias })) };
    if (result.skip !== undefined || result.needFull !== undefined) return result;
  }
  return result;
}
