import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connectOperator } from '../../src/agent/client.ts';
import { assertNever, isCode } from '../../src/errors/error.ts';
import type { Order } from '../../src/orders/order.ts';
import { PROTOCOL } from '../../src/orders/protocol.ts';
import type { OrderResult, Report } from '../../src/orders/report.ts';
import type { AgentsStart } from './messages.ts';

/**
 * Agents as far as the protocol goes, each with a connection of its own: what they are told to do they report as done. One ends when nothing more is expected of it, as a Job does.
 */
const [start] = (await once(process, 'message')) as [AgentsStart];
const running = new Set<string>();
process.on('message', (agent: string) => {
  if (running.has(agent)) return;
  running.add(agent);
  void work(agent).catch((error: unknown) => {
    console.error(agent, error);
    process.exitCode = 1;
  });
});
process.once('disconnect', () => process.exit());

async function work(agent: string): Promise<void> {
  const client = connectOperator(start);
  const never = new AbortController().signal;
  const who = { protocol: PROTOCOL, agent, instance: randomUUID(), journal: randomUUID(), ended: [] };
  const reports = new Map<string, Report>();
  for (;;) {
    const answer = await client
      .poll({ ...who, reports: [...reports.values()], waitMs: reports.size === 0 ? 20_000 : 5_000 }, never)
      .catch((error: unknown) => {
        if (isCode(error, 'OperatorUnreachable')) return undefined;
        throw error;
      });
    if (answer === undefined) break;
    for (const id of answer.acknowledged) reports.delete(id);
    for (const order of answer.orders) {
      const time = new Date().toISOString();
      reports.set(order.id, { orderId: order.id, state: 'Succeeded', startTime: time, endTime: time, steps: [], result: resultOf(order) });
    }
    if (answer.idle && reports.size === 0) break;
  }
  running.delete(agent);
  await client.close();
}

function resultOf({ task }: Order): OrderResult {
  switch (task.type) {
    case 'Probe':
      return { type: 'Probe', repositoryId: 'f'.repeat(64), created: task.create };
    case 'List':
      return { type: 'List', snapshots: [] };
    case 'Survey':
      return { type: 'Survey', repositoryId: 'f'.repeat(64), locks: [], snapshots: [] };
    case 'Maintain':
      return { type: 'Maintain', forgotten: task.forget };
    case 'Wipe':
      return { type: 'Wipe', forgotten: [] };
    case 'Restore':
      return { type: 'Restore', files: 0, bytes: 0 };
    case 'Resolve':
      return { type: 'Resolve', found: [] };
    case 'Log':
      return { type: 'Log', role: 'Primary', stored: [], failed: [], complete: [] };
    case 'Role':
      return { type: 'Role', role: 'Primary', evidence: {} };
    case 'Backup':
      return {
        type: 'Backup',
        operation: { requested: task.operation, performed: task.operation, reason: 'Requested' },
        stored: task.repositories.map(({ namespace, name }) => ({
          repository: { namespace, name },
          snapshotId: randomUUID().replaceAll('-', '').repeat(2),
          paths: task.paths,
          totalBytes: 1,
          storedBytes: 1,
          seconds: 0,
          files: { total: 1, new: 1, modified: 0, unmodified: 0 },
          unreadable: [],
        })),
        failed: [],
      };
    default:
      return assertNever(task);
  }
}
