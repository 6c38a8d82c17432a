import type { Order } from '../order.ts';
import type { Report } from '../report.ts';

/** An order that does nothing by itself; for tests of who is told what. */
export function listOrder(id: string, purpose: string): Order {
  const repository = { namespace: 'shop', name: 'repo', access: { url: '/none', env: {}, files: {}, flags: [] } };
  return { id, epoch: 1, deadline: '2026-11-23T00:00:00Z', purpose, task: { type: 'Probe', repository, create: false } };
}

export function runningReport(orderId: string, startTime = '2026-11-22T10:00:00.000Z'): Report {
  return { orderId, state: 'Running', startTime, steps: [] };
}
