import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepositoryTask } from '../orders/order.ts';
import type { ResolveResult } from '../orders/report.ts';
import type { Tools } from './backup.ts';
import { checkStageRoom, fetchLogs } from './fetch-logs.ts';
import type { OrderRun } from './order-run.ts';
import { withScratch } from './scratch.ts';

/** Fetches each log and has the function that can replay it say what the point means there. Nothing of a target is touched. */
export async function resolvePoint(
  run: OrderRun,
  task: Extract<RepositoryTask, { type: 'Resolve' }>,
  tools: Tools,
): Promise<ResolveResult> {
  const { repository, step, point } = task;
  return withScratch(run, {}, tools, async ({ directory, call }) => {
    await checkStageRoom(directory, task.logs);
    const found: ResolveResult['found'] = [];
    for (const [at, log] of task.logs.entries()) {
      const logs = join(directory, `logs-${at}`);
      await fetchLogs(run, { repository, logs: [log] }, logs, { engine: tools.engine, signal: run.signal });
      const result = await call(step, { operation: 'Resolve', logs, point }, `read ${log.id.slice(0, 8)}`);
      if (result.point !== undefined) found.push({ id: log.id, ...result.point });
      await rm(logs, { recursive: true, force: true });
    }
    return { type: 'Resolve', found };
  });
}
