import { keyText } from '../../api/object.ts';
import type { KeepPolicy, Snapshot } from '../../engine/engine.ts';
import { retain } from '../../engine/restic/retain.ts';
import type { RepositoryRef } from '../../orders/order.ts';
import { isHostOf } from '../../rules/host-name.ts';
import { type Invoker, invokerOf, type Member } from '../../rules/invoker.ts';
import { isLog } from '../../rules/log/log-tags.ts';
import type { RecordEntry } from '../../rules/records.ts';
import type { Context } from '../context.ts';
import { INVOKERS_BY_REPOSITORY, invokersHaving } from '../indexes.ts';
import { targetKey, targetText } from '../platform-port.ts';

/** Every invoker that stores in this repository: those of its own namespace, since it is not lent. */
export async function invokersOf(ctx: Pick<Context, 'store'>, repository: RepositoryRef): Promise<Invoker[]> {
  const named = await invokersHaving(ctx.store, INVOKERS_BY_REPOSITORY, keyText(repository));
  return named.filter(({ metadata }) => metadata.namespace === repository.namespace).map(invokerOf);
}

export function targetsOf(invoker: Invoker): string[] {
  return invoker.members.map((member) => memberTarget(invoker, member));
}

function memberTarget({ namespace }: Invoker, { target }: Member): string {
  return targetText(targetKey(target?.ref ?? {}, namespace));
}

/**
 * What the invokers' policies would remove of what is recorded. A snapshot's policies are those of the invokers that store under its host
 * name; of a host name that nobody uses any more, those of the invokers of its target. It goes only if every one of them lets it go: many
 * configurations may have one target (the machine), and none may take away what another keeps. No policy, or one without a rule, keeps all.
 */
export function removable(invokers: readonly Invoker[], entries: readonly RecordEntry[], snapshots: readonly Snapshot[]): string[] {
  const concerned = new Map(entries.map((entry) => [entry.id, concernedWith(entry, invokers)]));
  const removed = new Map(
    invokers.map((invoker) => {
      const policy = policyOf(invoker);
      const mine = snapshots.filter(({ id, tags }) => !isLog(tags) && concerned.get(id)?.includes(invoker));
      return [invoker, new Set(policy === undefined ? [] : retain(mine, policy).remove)];
    }),
  );
  return snapshots
    .map(({ id }) => id)
    .filter((id) => {
      const of = concerned.get(id) ?? [];
      return of.length > 0 && of.every((invoker) => removed.get(invoker)?.has(id));
    });
}

export function concernedWith({ target, host }: RecordEntry, invokers: readonly Invoker[]): Invoker[] {
  const ofTarget = invokers.filter((invoker) => targetsOf(invoker).includes(target));
  const ofHost = ofTarget.filter((invoker) =>
    invoker.members.some((member) => memberTarget(invoker, member) === target && isHostOf(host, member.target?.alias)),
  );
  return ofHost.length > 0 ? ofHost : ofTarget;
}

function policyOf({ retention }: Invoker): KeepPolicy | undefined {
  if (retention === undefined || retention.dryRun === true) return undefined;
  const { keepLast, keepHourly, keepDaily, keepWeekly, keepMonthly, keepYearly, keepTags } = retention;
  const rules = Object.entries({ keepLast, keepHourly, keepDaily, keepWeekly, keepMonthly, keepYearly, keepTags });
  const given = Object.fromEntries(rules.filter(([, value]) => value !== undefined));
  return Object.keys(given).length === 0 ? undefined : given;
}
