import { ANNOTATIONS, FINALIZER, type RepositoryRequest } from '../../api/names.ts';
import { keyOf, type ObjectKey } from '../../api/object.ts';
import type { Repository } from '../../api/repository.ts';
import type { Snapshot } from '../../engine/engine.ts';
import { asStashError, isCode, StashError } from '../../errors/error.ts';
import type { EndedProcess, OpenRepository } from '../../orders/order.ts';
import { orderError } from '../../orders/order-error.ts';
import type { OrderError } from '../../orders/report.ts';
import { apart } from '../../rules/elapsed.ts';
import type { RecordEntry } from '../../rules/records.ts';
import { type Controller, DONE, type Result, requeueAfter } from '../../runtime/controller.ts';
import { type Context, timeText } from '../context.ts';
import { ensureFinalizer } from '../finalizer.ts';
import { STOP_GRACE_MS } from '../host-report.ts';
import { patchStatus } from '../patch-status.ts';
import { writeWindow } from '../window/write-window.ts';
import { maintenanceReason, openRequest, probeDue, secretLookMs } from './decide.ts';
import { areMany, hasUnknownSeries, unrecordedLogs } from './log-records.ts';
import { advanceMaintenance, beginMaintenance, maintenanceOrderIds, purposeText } from './maintenance.ts';
import { type OpenedRepository, openRepository } from './open.ts';
import { orderEnded } from './order.ts';
import { invokersOf } from './policies.ts';
import { probe, unusable } from './probe.ts';
import { removeRepository } from './remove.ts';
import { troubleAt, unrecordedSessions, waitingSince } from './session-queries.ts';
import { isRecorded } from './sessions.ts';
import { maintenanceOwed } from './share.ts';
import { afterFailedMaintenance, afterMaintenance, afterPlan, requestFailed } from './status.ts';
import { unserved } from './unserved.ts';
import { repositoryWatches } from './watches.ts';

/** Keeps a repository usable: opens (or makes) it, runs its maintenance, answers requests, removes what it recorded when asked to. */
export function repositoryController(ctx: Context): Controller {
  return {
    name: 'repository',
    kind: 'Repository',
    watches: repositoryWatches(ctx),
    reconcile: (key) => reconcile(key, ctx),
  };
}

async function reconcile(key: ObjectKey, ctx: Context): Promise<Result> {
  const stored = await ctx.store.get('Repository', key);
  if (stored === undefined) {
    ctx.desk.drop(`Repository/${key.namespace}/${key.name}`);
    ctx.gates.release(`Repository/${key.namespace}/${key.name}`);
    return DONE;
  }
  if (stored.metadata.deletionTimestamp !== undefined) {
    // Without ours it is others' finalizers that it waits for; giving the gate back would bring it here again at once, for ever.
    return stored.metadata.finalizers?.includes(FINALIZER) ? removeRepository(ctx, stored) : DONE;
  }
  let repository = await ensureFinalizer(ctx, 'Repository', stored);
  repository = await patchStatus(ctx, 'Repository', repository, { ...repository.status, references: await references(ctx, key) });
  const now = ctx.clock.now();
  let opened: OpenedRepository;
  try {
    opened = await openRepository(ctx, key, key.namespace);
  } catch (thrown) {
    // It was being opened with what is not there any more.
    if (repository.status?.maintenance?.phase !== 'Running') ctx.desk.drop(purposeText(repository));
    return unusable(ctx, repository, orderError(asStashError(thrown)), '');
  }
  if (repository.status?.maintenance?.phase === 'Running') return maintain(ctx, repository, opened.open);

  const waiting = await waitingSince(ctx, key);
  const due = probeDue({
    repository,
    secretVersion: opened.secretVersion,
    waitingSince: waiting,
    troubleAt: await troubleAt(ctx, key),
    failures: repository.status?.probeFailures ?? 0,
    served: opened.unserved === undefined,
    now,
  });
  if (opened.unserved !== undefined) return unserved(ctx, repository, { ...opened, unserved: opened.unserved }, due);
  if (due.due) return probe(ctx, repository, opened);
  const request = openRequest(repository, repository.metadata.annotations?.[ANNOTATIONS.request]);
  const unrecorded = (await unrecordedSessions(ctx, key)).filter((session) => !isRecorded(session, repository.status));
  const logs = (await unrecordedLogs(ctx, key)).filter(({ id }) => repository.status?.recordedSessions?.includes(id) !== true);
  // A look that told nothing of them is not repeated before there are more.
  const manyLogs = areMany(logs) || (logs.length > 0 && (await hasUnknownSeries(ctx, key)));
  const owed = waiting !== undefined && maintenanceOwed(ctx, repository, Date.parse(waiting));
  const reason = maintenanceReason({ repository, unrecorded, manyLogs, request, owed, now });
  // Nothing is waited for: what agents still report was settled before a crash.
  if (reason === undefined) ctx.desk.drop(purposeText(repository));
  if (reason === undefined) {
    const look = secretLookMs(repository.status?.error?.code);
    return requeueAfter(Math.min(due.inMs, pauseAfterFailure(repository, now), look), 'opens it again');
  }
  if (!ctx.gates.tryExclusive(key, purposeText(repository)))
    return requeueAfter(30_000, `maintenance waits for ${ctx.gates.sharers(key).join(', ')}`);
  const status = { ...repository.status, maintenance: beginMaintenance(reason, now) };
  return maintain(ctx, await patchStatus(ctx, 'Repository', repository, status), opened.open);
}

async function maintain(ctx: Context, repository: Repository, open: OpenRepository): Promise<Result> {
  const key = keyOf(repository);
  const purpose = purposeText(repository);
  if (!ctx.gates.tryExclusive(key, purpose)) return requeueAfter(5_000, 'another run uses the repository');
  const request = openRequest(repository, repository.metadata.annotations?.[ANNOTATIONS.request]);
  const now = timeText(ctx.clock.now());
  try {
    const step = await advanceMaintenance(ctx, repository, open, request);
    if (step.type === 'Waiting') return await overdue(ctx, repository, request);
    if (step.type === 'Planned') {
      const planned = await patchStatus(ctx, 'Repository', repository, afterPlan(repository.status ?? {}, step.plan, step.recording, now));
      await orderEnded(ctx, step.order);
      if (step.plan.removeLocks)
        await ctx.events.record(planned, 'Normal', 'LocksRemoved', `${step.plan.locks.locks.length} locks of ended processes are removed`);
      if (!step.plan.exclusive) await ctx.events.record(planned, 'Warning', 'LockedByOther', step.plan.locks.blocking.join('; '));
      return requeueAfter(60_000, 'maintenance is under way');
    }
    if (step.type === 'Failed') return await failMaintenance(ctx, repository, step.error, request);
    await tellWindow(ctx, repository, step.left, step.plan.entries);
    const done = { plan: step.plan, result: step.result, request, now };
    const status = afterMaintenance(repository.status ?? {}, done);
    const answers = status.requests?.map((one) =>
      one.id === request?.id && requestFailed(done) ? { ...one, phase: 'Failed' as const } : one,
    );
    await patchStatus(ctx, 'Repository', repository, answers === undefined ? status : { ...status, requests: answers });
    if (step.plan.exclusive) ctx.desk.cleared(endedBefore(ctx, open, repository.status?.maintenance?.startTime));
    if (step.result.check !== undefined && step.result.check.errors > 0)
      await ctx.events.record(repository, 'Warning', 'RepositoryDamaged', step.result.check.messages.slice(0, 3).join('; '));
    return end(ctx, repository);
  } catch (thrown) {
    // What is done again with the same outcome would keep all others out of the repository for good.
    if (isCode(thrown, 'Conflict', 'StoreUnavailable')) throw thrown;
    return failMaintenance(ctx, repository, orderError(asStashError(thrown)), request);
  }
}

/** A window that cannot be told is no reason to fail what was done to the repository. */
async function tellWindow(
  ctx: Context,
  repository: Repository,
  snapshots: readonly Snapshot[],
  entries: readonly RecordEntry[],
): Promise<void> {
  try {
    await writeWindow(ctx, keyOf(repository), snapshots, entries);
  } catch (thrown) {
    if (isCode(thrown, 'Conflict', 'StoreUnavailable')) throw thrown;
    const { code, message } = asStashError(thrown);
    await ctx.events.record(repository, 'Warning', 'WindowUnknown', `what can be restored could not be told: ${code}: ${message}`);
  }
}

/** The agent keeps the deadline itself; one that never answers must not keep all others out of the repository for ever. */
async function overdue(ctx: Context, repository: Repository, request: RepositoryRequest | undefined): Promise<Result> {
  const deadline = repository.status?.maintenance?.deadline ?? '';
  const left = Date.parse(deadline) + STOP_GRACE_MS - ctx.clock.now().getTime();
  if (left > 0) return requeueAfter(Math.min(left, 60_000), 'maintenance is under way');
  for (const id of maintenanceOrderIds(repository)) ctx.desk.cancel(id, `the deadline ${deadline} has passed`);
  const error = new StashError('DeadlineExceeded', `the maintenance had not ended at its deadline ${deadline}`);
  return failMaintenance(ctx, repository, orderError(error), request);
}

/** Of processes that ended before this maintenance looked, no lock is left once it could have the repository for itself. */
function endedBefore(ctx: Context, open: OpenRepository, start = ''): EndedProcess[] {
  return ctx.desk.ended(open).filter((process) => Date.parse(process.time) <= Date.parse(start));
}

async function failMaintenance(
  ctx: Context,
  repository: Repository,
  error: OrderError,
  request: RepositoryRequest | undefined,
): Promise<Result> {
  await patchStatus(
    ctx,
    'Repository',
    repository,
    afterFailedMaintenance(repository.status ?? {}, error, request, timeText(ctx.clock.now())),
  );
  await ctx.events.record(repository, 'Warning', 'MaintenanceFailed', `${error.code}: ${error.message}`);
  return end(ctx, repository);
}

function end(ctx: Context, repository: Repository): Result {
  ctx.desk.drop(purposeText(repository));
  ctx.gates.release(purposeText(repository));
  return requeueAfter(0, 'looks for more to do');
}

function pauseAfterFailure(repository: Repository, now: Date): number {
  const { status } = repository;
  const locked = (status?.locks ?? []).length > 0;
  if (status?.maintenance?.phase !== 'Failed' && !locked) return Number.POSITIVE_INFINITY;
  return Math.max(1000, (locked ? 300_000 : 60_000) - apart(status?.maintenance?.endTime ?? '', now));
}

async function references(ctx: Context, key: ObjectKey) {
  const invokers = await invokersOf(ctx, key);
  return invokers.map(({ kind, namespace, name }) => ({ apiGroup: 'stash.appscode.com', kind, namespace, name }));
}
