import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runFunction } from '../functions/run.ts';
import type { RepositoryTask, ResolveResult } from '../orders/order.ts';
import { orderFileName } from '../orders/order-id.ts';
import type { Tools } from './backup.ts';
import { checkStageRoom, fetchLogs } from './fetch-logs.ts';
import type { OrderRun } from './order-run.ts';

/** Fetches each log and has the function that can replay it say what the point means there. Nothing of a target is touched. */
export async function resolvePoint(
  run: OrderRun,
  task: Extract<RepositoryTask, { type: 'Resolve' }>,
  tools: Tools,
): Promise<ResolveResult> {
  const { repository, step, point } = task;
  const scratch = join(tools.stage.state, 'run', orderFileName(run.order.id));
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  try {
    await checkStageRoom(scratch, task.logs);
    const found: ResolveResult['found'] = [];
    for (const [at, log] of task.logs.entries()) {
      const logs = join(scratch, `logs-${at}`);
      await fetchLogs(run, { repository, logs: [log] }, logs, { engine: tools.engine, signal: run.signal });
      const input = { operation: 'Resolve' as const, logs, point, result: join(scratch, `result-${at}.json`), scratch };
      const result = await run.step(`read ${log.id.slice(0, 8)}`, (control) => runFunction(step, input, control.process(tools.baseEnv)));
      if (result.point !== undefined) found.push({ id: log.id, ...result.point });
      await rm(logs, { recursive: true, force: true });
    }
    return { type: 'Resolve', found };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
