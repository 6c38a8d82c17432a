import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StashError } from '../errors/error.ts';
import type { FunctionResult } from '../functions/contract.ts';
import { runFunction } from '../functions/run.ts';
import type { Connection, FunctionStep, RoleResult } from '../orders/order.ts';
import { orderFileName } from '../orders/order-id.ts';
import type { Tools } from './backup.ts';
import type { OrderRun } from './order-run.ts';

type HostRole = Omit<RoleResult, 'type'>;

/**
 * Asks those of the steps that can tell for the role of this host. Throws what kept a function from telling, and FunctionFailed when none
 * told, or when two contradict each other.
 */
export async function askRole(
  run: OrderRun,
  steps: readonly FunctionStep[],
  connection: Connection | undefined,
  tools: Pick<Tools, 'stage' | 'baseEnv'>,
): Promise<HostRole> {
  const asked = steps.filter((step) => step.roles === true && step.command.length > 0);
  const scratch = join(tools.stage.state, 'run', `${orderFileName(run.order.id)}.role`);
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  try {
    const target = join(scratch, 'target.json');
    if (connection !== undefined) await writeFile(target, JSON.stringify(connection), { mode: 0o600 });
    const answers: HostRole[] = [];
    for (const step of asked) {
      const result = join(scratch, `${step.name}.json`);
      const input = { operation: 'Role' as const, ...(connection === undefined ? {} : { target }), result, scratch };
      const told = await run.step(`role ${step.name}`, (control) => runFunction(step, input, control.process(tools.baseEnv)));
      answers.push(answerOf(step.name, told));
    }
    const [first, ...others] = answers;
    if (first === undefined) throw new StashError('FunctionFailed', 'no function of this backup can tell the role of the host');
    if (others.some((one) => one.role !== first.role))
      throw new StashError(
        'FunctionFailed',
        `the functions ${asked.map(({ name }) => name).join(', ')} contradict each other about the role`,
      );
    return { role: first.role, evidence: Object.assign({}, ...answers.map(({ evidence }) => evidence)) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function answerOf(name: string, { role, evidence = {} }: FunctionResult): HostRole {
  if (role === 'Primary' || role === 'Replica') return { role, evidence };
  throw new StashError('FunctionFailed', `function ${name} was asked for the role, and said ${JSON.stringify(role ?? 'nothing')}`);
}
