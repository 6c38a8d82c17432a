import type { BackupBatch } from '../../api/backup-batch.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { RecoverableInterval } from '../../api/invoker-status.ts';
import { keyText } from '../../api/object.ts';
import type { Snapshot } from '../../engine/engine.ts';
import type { RepositoryRef } from '../../orders/order.ts';
import { invokerOf } from '../../rules/invoker.ts';
import type { RecordEntry } from '../../rules/records.ts';
import { intervalsOf, reachable } from '../../rules/window/intervals.ts';
import { looseLogs } from '../../rules/window/loose-logs.ts';
import { asRecorded } from '../../rules/window/recorded.ts';
import { recoverableInterval } from '../../rules/window/recoverable.ts';
import { type Stored, storedOf } from '../../rules/window/stored.ts';
import { straySeries } from '../../rules/window/stray-log.ts';
import { withCondition } from '../conditions.ts';
import { type Context, timeText } from '../context.ts';
import { INVOKERS_BY_REPOSITORY, invokersHaving } from '../indexes.ts';
import { patchStatus } from '../patch-status.ts';
import { targetsOf } from '../repository/policies.ts';
import { writeReplayable } from './replayable.ts';
import { newestIntervals, windowCondition } from './tell.ts';

/**
 * Says in the status of every configuration and batch of a repository, and of its sessions, what can be restored, from what the repository
 * holds now.
 */
export async function writeWindow(
  ctx: Pick<Context, 'store' | 'clock'>,
  repository: RepositoryRef,
  snapshots: readonly Snapshot[],
  entries: readonly RecordEntry[],
): Promise<void> {
  const key = keyText(repository);
  const incomplete = new Set(entries.filter(({ complete }) => !complete).map(({ id }) => id));
  const known = asRecorded(snapshots, entries);
  const all = new Map<string, Stored>();
  const invokers = await invokersHaving(ctx.store, INVOKERS_BY_REPOSITORY, key);
  for (const object of invokers.filter(({ metadata }) => metadata.namespace === repository.namespace)) {
    const invoker = invokerOf(object);
    const stored = new Map(targetsOf(invoker).map((target) => [target, storedOf(known, target, incomplete)]));
    const found = [...stored].map(([target, of]) => ({ target, of, reaches: reachable(of) }));
    const own = found.flatMap(({ target, of, reaches }) =>
      intervalsOf(of, reaches).map((one) => recoverableInterval(one, key, object.kind === 'BackupBatch' ? target : undefined)),
    );
    const others = (object.status?.recoverable ?? []).filter((one) => one.repository !== key);
    const stray = new Set(found.flatMap(({ of, reaches }) => [...straySeries(of, reaches)]));
    if (own.length > 0 || object.status?.recoverable !== undefined) await write(ctx, object, [...others, ...own], stray);
    for (const [target, of] of stored) all.set(target, of);
  }
  await writeReplayable(ctx, repository, all);
}

async function write(
  ctx: Pick<Context, 'store' | 'clock'>,
  object: Readonly<BackupConfiguration | BackupBatch>,
  all: readonly RecoverableInterval[],
  stray: ReadonlySet<string>,
): Promise<void> {
  const recoverable = newestIntervals(all);
  const lines = object.status?.execOps ?? [];
  const change = windowCondition(object, recoverable, looseLogs(recoverable, lines, stray), lines);
  const conditions = withCondition(object.status?.conditions, change, timeText(ctx.clock.now()));
  await patchStatus<'BackupConfiguration' | 'BackupBatch'>(ctx, object.kind as 'BackupConfiguration', object, {
    ...object.status,
    recoverable,
    conditions,
  });
}
