import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { RecoverableInterval } from '../../api/invoker-status.ts';
import { keyText } from '../../api/object.ts';
import type { Snapshot } from '../../engine/engine.ts';
import type { RepositoryRef } from '../../orders/order.ts';
import { invokerOf } from '../../rules/invoker.ts';
import type { RecordEntry } from '../../rules/records.ts';
import { intervalsOf } from '../../rules/window/intervals.ts';
import { asRecorded } from '../../rules/window/recorded.ts';
import { recoverableInterval } from '../../rules/window/recoverable.ts';
import { storedOf } from '../../rules/window/stored.ts';
import { CONDITIONS, type ConditionChange, withCondition } from '../conditions.ts';
import { type Context, timeText } from '../context.ts';
import { INVOKERS_BY_REPOSITORY } from '../indexes.ts';
import { patchStatus } from '../patch-status.ts';
import { targetsOf } from '../repository/policies.ts';

/** A status tells of so many stretches at most, the newest; "stash window" of all. */
const MOST_INTERVALS = 50;

/** Says in the status of every configuration of a repository what it can be restored to, from what the repository holds now. */
export async function writeWindow(
  ctx: Pick<Context, 'store' | 'clock'>,
  repository: RepositoryRef,
  snapshots: readonly Snapshot[],
  entries: readonly RecordEntry[],
): Promise<void> {
  const key = keyText(repository);
  const incomplete = new Set(entries.filter(({ complete }) => !complete).map(({ id }) => id));
  const configurations = await ctx.store.list('BackupConfiguration', { having: { index: INVOKERS_BY_REPOSITORY, key } });
  for (const configuration of configurations.filter(({ metadata }) => metadata.namespace === repository.namespace)) {
    const [target = ''] = targetsOf(invokerOf(configuration));
    const own = intervalsOf(storedOf(asRecorded(snapshots, entries), target, incomplete)).map((one) => recoverableInterval(one, key));
    const others = (configuration.status?.recoverable ?? []).filter((one) => one.repository !== key);
    if (own.length > 0 || configuration.status?.recoverable !== undefined) await write(ctx, configuration, [...others, ...own]);
  }
}

/** Newest first. */
async function write(ctx: Pick<Context, 'store' | 'clock'>, configuration: BackupConfiguration, all: RecoverableInterval[]): Promise<void> {
  const recoverable = all.sort((a, b) => Date.parse(b.to) - Date.parse(a.to)).slice(0, MOST_INTERVALS);
  const conditions = withCondition(configuration.status?.conditions, windowCondition(recoverable), timeText(ctx.clock.now()));
  await patchStatus(ctx, 'BackupConfiguration', configuration, { ...configuration.status, recoverable, conditions });
}

/** Whether there are logs that go on from the newest backup, so that every commit since can be restored to. */
function windowCondition([newest]: readonly RecoverableInterval[]): ConditionChange {
  const type = CONDITIONS.recoverableWindowOpen;
  if (newest === undefined) return { type, status: 'False', reason: 'NothingStored', message: 'nothing is stored that could be restored' };
  if (newest.timeline === undefined)
    return {
      type,
      status: 'False',
      reason: 'NoLogs',
      message: `no logs go on from the newest backup, of ${newest.to}: it can be restored, and nothing after it`,
    };
  // Without an end: logs move that on, and nobody writes this anew each time.
  const message = `every commit since ${newest.from} (GTID ${newest.gtidFrom}) that is archived can be restored to; status.recoverable has the end`;
  return { type, status: 'True', reason: 'LogsGoOn', message };
}
