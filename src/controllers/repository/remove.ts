import { WIPED_OUT } from '../../api/names.ts';
import { keyOf } from '../../api/object.ts';
import type { Repository } from '../../api/repository.ts';
import { asStashError, StashError } from '../../errors/error.ts';
import type { RepositoryTask } from '../../orders/order.ts';
import { orderError } from '../../orders/order-error.ts';
import { orderIdOf } from '../../orders/order-id.ts';
import type { OrderError, Report, WipeResult } from '../../orders/report.ts';
import { apart } from '../../rules/elapsed.ts';
import { DONE, type Result, requeueAfter } from '../../runtime/controller.ts';
import { type Context, timeText } from '../context.ts';
import { removeFinalizer } from '../finalizer.ts';
import { patchStatus } from '../patch-status.ts';
import { purposeText } from './maintenance.ts';
import { openRepository } from './open.ts';
import { orderEnded } from './order.ts';
import { unrecordedSessions } from './session-queries.ts';
import { storedEntries } from './sessions.ts';

/** Between attempts, from the second on: the first may have lost its agent alone. */
const RETRY_MS = 60_000;
const WIPE_TIMEOUT_MS = 6 * 3_600_000;
const NO_RESULT: OrderError = { code: 'Internal', message: 'the agent gave no result', remedy: 'Report this.' };

/**
 * A Repository that is being deleted: with `wipeOut` the recorded snapshots go first, then what is left of the restic repository when it
 * holds no others, and only then the finalizer. Without it nothing in the storage is touched.
 */
export async function removeRepository(ctx: Context, repository: Repository): Promise<Result> {
  const key = keyOf(repository);
  const purpose = purposeText(repository);
  if (!ctx.gates.tryExclusive(key, purpose)) return requeueAfter(5_000, `waits for ${ctx.gates.sharers(key).join(', ')}`);
  if (repository.spec.wipeOut === true && repository.status?.repositoryID !== undefined) {
    const id = orderIdOf(purpose, `wipe.${repository.metadata.uid}.${repository.status.probeFailures ?? 0}`);
    const pause = pauseAfterFailures(repository, ctx.clock.now());
    if (ctx.desk.report(id) === undefined && !ctx.desk.given(id) && pause > 0) return requeueAfter(pause, 'the removal is tried again');
    const report = await wiped(ctx, repository, id);
    if (report === undefined) return requeueAfter(60_000, 'its recorded snapshots are being removed');
    const result = report.result?.type === 'Wipe' ? report.result : undefined;
    if (result === undefined || result.locked !== undefined) {
      const error = result?.locked === undefined ? (report.error ?? NO_RESULT) : lockedError(result.locked.blocking);
      const failures = (repository.status.probeFailures ?? 0) + 1;
      const changed = await patchStatus(ctx, 'Repository', repository, {
        ...repository.status,
        phase: 'NotReady',
        error,
        probeFailures: failures,
        lastProbeTime: timeText(ctx.clock.now()),
        ...(result?.locked === undefined ? {} : { locks: result.locked.locks }),
      });
      await ctx.events.record(
        changed,
        'Warning',
        'WipeOutFailed',
        `${error.code}: ${error.message}. Set wipeOut: false to let it go without.`,
      );
      ctx.desk.acknowledge(id);
      return requeueAfter(0, 'the removal is tried again');
    }
    await ctx.events.record(repository, 'Normal', WIPED_OUT, wipedText(result));
    ctx.desk.cleared(ctx.desk.ended(key));
    ctx.desk.acknowledge(id);
  }
  await removeFinalizer(ctx, 'Repository', repository);
  ctx.gates.release(purpose);
  ctx.desk.drop(purpose);
  return DONE;
}

function pauseAfterFailures({ status }: Repository, now: Date): number {
  if ((status?.probeFailures ?? 0) < 2) return 0;
  return RETRY_MS - apart(status?.lastProbeTime ?? '', now);
}

function lockedError(blocking: readonly string[]): OrderError {
  return orderError(new StashError('LockedByOther', blocking.join('; ')));
}

function wipedText({ forgotten, kept }: WipeResult): string {
  const gone = forgotten.length === 1 ? '1 recorded snapshot was removed' : `${forgotten.length} recorded snapshots were removed`;
  return kept === undefined ? `${gone}; nothing is left of the restic repository` : `${gone}; the restic repository stays: ${kept}`;
}

async function wiped(ctx: Context, repository: Repository, id: string): Promise<Report | undefined> {
  const deadline = timeText(new Date(ctx.clock.now().getTime() + WIPE_TIMEOUT_MS));
  const order = { id, purpose: purposeText(repository), repository: keyOf(repository), deadline };
  try {
    return await orderEnded(ctx, { ...order, task: () => wipeTask(ctx, repository) });
  } catch (thrown) {
    const error = orderError(asStashError(thrown));
    await patchStatus(ctx, 'Repository', repository, { ...repository.status, phase: 'NotReady', error });
    throw thrown;
  }
}

async function wipeTask(ctx: Context, repository: Repository): Promise<RepositoryTask> {
  const { open } = await openRepository(ctx, keyOf(repository), repository.metadata.namespace ?? '');
  const unrecorded = (await unrecordedSessions(ctx, open)).flatMap((session) => storedEntries(session, open)).map((entry) => entry.id);
  return {
    type: 'Wipe',
    repository: open,
    repositoryId: repository.status?.repositoryID ?? '',
    unrecorded,
    knownLocks: repository.status?.locks ?? [],
    ended: ctx.desk.ended(open),
  };
}
