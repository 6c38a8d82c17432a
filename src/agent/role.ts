import { StashError } from '../errors/error.ts';
import type { FunctionResult } from '../functions/contract.ts';
import type { Connection, FunctionStep } from '../orders/order.ts';
import type { RoleResult } from '../orders/report.ts';
import type { Tools } from './backup.ts';
import type { OrderRun } from './order-run.ts';
import { withScratch } from './scratch.ts';

export type HostRole = Omit<RoleResult, 'type'>;

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
  const answers = await withScratch(run, { connection, part: '.role' }, tools, async ({ call }) => {
    const told: HostRole[] = [];
    for (const step of asked) told.push(answerOf(step.name, await call(step, { operation: 'Role' }, `role ${step.name}`)));
    return told;
  });
  const [first, ...others] = answers;
  if (first === undefined) throw new StashError('FunctionFailed', 'no function of this backup can tell the role of the host');
  if (others.some((one) => one.role !== first.role))
    throw new StashError(
      'FunctionFailed',
      `the functions ${asked.map(({ name }) => name).join(', ')} contradict each other about the role`,
    );
  return { role: first.role, evidence: Object.assign({}, ...answers.map(({ evidence }) => evidence)) };
}

function answerOf(name: string, { role, evidence = {} }: FunctionResult): HostRole {
  if (role === 'Primary' || role === 'Replica') return { role, evidence };
  throw new StashError('FunctionFailed', `function ${name} was asked for the role, and said ${JSON.stringify(role ?? 'nothing')}`);
}
