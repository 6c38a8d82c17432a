import type { KeepPolicy, Snapshot } from '../../engine/engine.ts';
import { retain } from '../../engine/restic/retain.ts';
import type { RepositoryRef } from '../../orders/order.ts';
import { type Invoker, invokerOf } from '../../rules/invoker.ts';
import type { RecordEntry } from '../../rules/records.ts';
import type { Context } from '../context.ts';
import { targetKey, targetText } from '../platform-port.ts';

/** Every invoker that stores in this repository. */
export async function invokersOf(ctx: Pick<Context, 'store'>, repository: RepositoryRef): Promise<Invoker[]> {
  const [configurations, batches] = await Promise.all([ctx.store.list('BackupConfiguration'), ctx.store.list('BackupBatch')]);
  return [...configurations, ...batches]
    .map(invokerOf)
    .filter((invoker) => invoker.repositories.some((one) => one.namespace === repository.namespace && one.name === repository.name));
}

export function targetsOf(invoker: Invoker): string[] {
  return invoker.members.map((member) => targetText(targetKey(member.target?.ref ?? {}, invoker.namespace)));
}

/** What the invokers' policies would remove of what is recorded of their targets. A policy without a keep rule removes nothing. */
export function removable(invokers: readonly Invoker[], entries: readonly RecordEntry[], snapshots: readonly Snapshot[]): string[] {
  return invokers.flatMap((invoker) => {
    const policy = policyOf(invoker);
    if (policy === undefined) return [];
    const targets = targetsOf(invoker);
    const mine = new Set(entries.filter((entry) => targets.includes(entry.target)).map((entry) => entry.id));
    return retain(
      snapshots.filter((snapshot) => mine.has(snapshot.id)),
      policy,
    ).remove;
  });
}

function policyOf({ retention }: Invoker): KeepPolicy | undefined {
  if (retention === undefined || retention.dryRun === true) return undefined;
  const { keepLast, keepHourly, keepDaily, keepWeekly, keepMonthly, keepYearly, keepTags } = retention;
  const rules = Object.entries({ keepLast, keepHourly, keepDaily, keepWeekly, keepMonthly, keepYearly, keepTags });
  const given = Object.fromEntries(rules.filter(([, value]) => value !== undefined));
  return Object.keys(given).length === 0 ? undefined : given;
}
