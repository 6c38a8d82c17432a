import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionInput, FunctionResult } from '../functions/contract.ts';
import { runFunction } from '../functions/run.ts';
import type { Connection, FunctionStep } from '../orders/order.ts';
import { orderFileName } from '../orders/order-id.ts';
import type { Tools } from './backup.ts';
import type { OrderRun } from './order-run.ts';

/** A directory private to one order: its login, and what its functions leave for each other. */
export interface Scratch {
  readonly directory: string;
  /** Where the connection is, for those who are told the same as a function; empty without one. */
  readonly login: Pick<FunctionInput, 'target'>;
  /** Runs a function there, as a step of the order; `name` is that step's, by itself the function's. */
  call(step: FunctionStep, told: Omit<FunctionInput, 'target' | 'result' | 'scratch'>, name?: string): Promise<FunctionResult>;
}

/** Makes it for `work`, and removes it when that has ended. `part`: another one beside it, for work within work. */
export async function withScratch<T>(
  run: OrderRun,
  { connection, part = '' }: { connection?: Connection | undefined; part?: string },
  { stage, baseEnv }: Pick<Tools, 'stage' | 'baseEnv'>,
  work: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const directory = join(stage.state, 'run', `${orderFileName(run.order.id)}${part}`);
  const target = join(directory, 'target.json');
  const login = connection === undefined ? {} : { target };
  await mkdir(directory, { recursive: true, mode: 0o700 });
  try {
    if (connection !== undefined) await writeFile(target, JSON.stringify(connection), { mode: 0o600 });
    return await work({
      directory,
      login,
      call: async (step, told, name = step.name) => {
        const result = join(directory, `${step.name}.json`);
        // What a run before this one left there is not this one's.
        await rm(result, { force: true });
        const input = { ...told, ...login, result, scratch: directory };
        return run.step(name, (control) => runFunction(step, input, control.process(baseEnv)));
      },
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
