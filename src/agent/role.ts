import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StashError } from '../errors/error.ts';
import { runFunction } from '../functions/run.ts';
import type { Connection, FunctionStep } from '../orders/order.ts';
import { orderFileName } from '../orders/order-id.ts';
import type { Tools } from './backup.ts';
import type { OrderRun } from './order-run.ts';

/** Which role the source has now, and by what its function tells. Throws FunctionFailed when none answers. */
export async function askRole(
  run: OrderRun,
  steps: readonly FunctionStep[],
  connection: Connection | undefined,
  tools: Pick<Tools, 'stage' | 'baseEnv'>,
): Promise<{ role: 'Primary' | 'Replica'; evidence: Record<string, unknown> }> {
  const scratch = join(tools.stage.state, 'run', `${orderFileName(run.order.id)}.role`);
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  try {
    const target = join(scratch, 'target.json');
    if (connection !== undefined) await writeFile(target, JSON.stringify(connection), { mode: 0o600 });
    const asked = steps.filter((step) => step.roles === true && step.command.length > 0);
    for (const step of asked) {
      const input = {
        operation: 'Role' as const,
        ...(connection === undefined ? {} : { target }),
        result: join(scratch, `${step.name}.json`),
        scratch,
      };
      const { role, evidence = {} } = await run.step(`role ${step.name}`, (control) =>
        runFunction(step, input, control.process(tools.baseEnv)),
      );
      if (role === 'Primary' || role === 'Replica') return { role, evidence };
    }
    const names = asked.map(({ name }) => name).join(', ');
    throw new StashError('FunctionFailed', `no function of this backup told the role of the host${names === '' ? '' : ` (${names})`}`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
