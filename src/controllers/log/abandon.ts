import type { BackupBatch } from '../../api/backup-batch.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { ExecOpStatus } from '../../api/invoker-status.ts';
import { keyOf, keyText, type ObjectKey } from '../../api/object.ts';
import { orderIdOf } from '../../orders/order-id.ts';
import type { Context } from '../context.ts';
import { gateOf } from './order.ts';

/** Orders that hosts carry out, as status has them. */
export function runningLogs({ status }: Pick<BackupConfiguration | BackupBatch, 'status'>): string[] {
  return idsOf(status?.execOps ?? []);
}

/** Orders of aliases or members that are not there any more: nobody takes their reports. */
export function abandonLogs(ctx: Pick<Context, 'desk' | 'gates'>, begun: readonly string[], lines: readonly ExecOpStatus[]): void {
  const left = new Set(idsOf(lines));
  for (const id of begun.filter((one) => !left.has(one))) {
    if (ctx.desk.given(id)) ctx.desk.cancel(id, 'its alias or target is not there any more');
    ctx.desk.acknowledge(id);
    ctx.gates.release(gateOf(id));
  }
}

/** The object is gone, and with it what its orders were to be told to. */
export async function dropLogs(ctx: Pick<Context, 'desk' | 'gates' | 'store'>, kind: string, key: ObjectKey): Promise<void> {
  const purpose = `${kind}/${keyText(key)}`;
  ctx.desk.drop(purpose);
  const mine = gateOf(orderIdOf(purpose, ''));
  for (const repository of await ctx.store.view('Repository', { namespace: key.namespace }))
    for (const who of ctx.gates.sharers(keyOf(repository))) if (who.startsWith(mine)) ctx.gates.release(who);
}

function idsOf(lines: readonly ExecOpStatus[]): string[] {
  return lines.flatMap(({ logs = [] }) => logs.flatMap(({ orderID }) => orderID ?? []));
}
