import type { Order, RepositoryRef, RepositoryTask } from '../../orders/order.ts';
import type { Report } from '../../orders/report.ts';
import type { Context } from '../context.ts';
import { expectEndOf } from '../expect-end.ts';

/** Work on a repository itself, by its own agent. */
export interface RepositoryOrder extends Pick<Order, 'id' | 'purpose'> {
  repository: RepositoryRef;
  /** RFC 3339. */
  deadline: string;
  /** Made only where the order is given. */
  task: () => Promise<RepositoryTask>;
}

/** The report of an order that has ended; else undefined: it is given, and its end is waited for, whoever gave it. */
export async function orderEnded(
  ctx: Pick<Context, 'desk' | 'log' | 'epoch' | 'platform'>,
  wanted: RepositoryOrder,
): Promise<Report | undefined> {
  const { id, purpose, deadline, repository } = wanted;
  const report = ctx.desk.report(id);
  if (report !== undefined && report.state !== 'Running') return report;
  const agent = ctx.platform.repositoryAgent(repository);
  const make = async () => ({ agent, order: { id, epoch: ctx.epoch, deadline, purpose, task: await wanted.task() } });
  if (report !== undefined) await expectEndOf({ ctx }, id, make);
  else ctx.desk.give(agent, (await make()).order);
  return undefined;
}

/**
 * The same of one that somebody waits for, and that may be done twice: that its agent was lost says nothing about the repository, and nobody
 * is to fail for that. It is given once more.
 */
export async function endedTwice(ctx: Parameters<typeof orderEnded>[0], wanted: RepositoryOrder): Promise<Report | undefined> {
  const first = await orderEnded(ctx, wanted);
  return first?.error?.code === 'AgentLost' ? orderEnded(ctx, { ...wanted, id: onceMore(wanted.id) }) : first;
}

/** The ids of the orders that `endedTwice` may have given. */
export function bothOf(id: string): string[] {
  return [id, onceMore(id)];
}

function onceMore(id: string): string {
  return `${id}.again`;
}
