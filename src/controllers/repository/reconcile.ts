import { ANNOTATIONS, type RepositoryRequest } from '../../api/names.ts';
import { keyOf, type ObjectKey } from '../../api/object.ts';
import type { Repository } from '../../api/repository.ts';
import { asStashError } from '../../errors/error.ts';
import { orderIdOf } from '../../orders/desk.ts';
import type { OpenRepository, OrderError, Report } from '../../orders/order.ts';
import { type Controller, DONE, type Result, requeueAfter } from '../../runtime/controller.ts';
import { type Context, timeText } from '../context.ts';
import { ensureFinalizer } from '../finalizer.ts';
import { patchStatus } from '../patch-status.ts';
import { maintenanceReason, openRequest, probeDue } from './decide.ts';
import { advanceMaintenance, beginMaintenance, MAINTENANCE_ORDERS, maintenanceOrderId, purposeText } from './maintenance.ts';
import { openRepository } from './open.ts';
import { invokersOf } from './policies.ts';
import { removeRepository } from './remove.ts';
import { needsRecording, unrecordedSessions } from './sessions.ts';
import { afterFailedMaintenance, afterMaintenance, afterPlan, afterProbe, orderError, requestFailed } from './status.ts';

const PROBE_TIMEOUT_MS = 120_000;

/** Keeps a repository usable: opens (or makes) it, runs its maintenance, answers requests, removes what it recorded when asked to. */
export function repositoryController(ctx: Context): Controller {
  const own = (object: { metadata: { namespace?: string } }, name: string | undefined) =>
    name === undefined ? [] : [{ namespace: object.metadata.namespace ?? '', name }];
  return {
    name: 'repository',
    kind: 'Repository',
    watches: [
      { kind: 'Secret', map: async (secret) => repositoriesWithSecret(ctx, keyOf(secret)) },
      { kind: 'BackupConfiguration', map: (object) => named(object.metadata.namespace ?? '', object.spec) },
      { kind: 'BackupBatch', map: (object) => named(object.metadata.namespace ?? '', object.spec) },
      {
        kind: 'BackupSession',
        map: async (session) => {
          const waits = session.status?.phase === undefined || session.status.phase === 'Pending';
          if (!waits && !needsRecording(session)) return [];
          const { kind, name } = session.spec.invoker;
          const key = { namespace: session.metadata.namespace ?? '', name };
          const invoker =
            kind === 'BackupBatch' ? await ctx.store.get('BackupBatch', key) : await ctx.store.get('BackupConfiguration', key);
          return invoker === undefined ? [] : named(key.namespace, invoker.spec);
        },
      },
      { kind: 'RestoreSession', map: (session) => own(session, session.spec.repository?.name) },
    ],
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
  if (stored.metadata.deletionTimestamp !== undefined) return removeRepository(ctx, stored);
  let repository = await ensureFinalizer(ctx, 'Repository', stored);
  repository = await patchStatus(ctx, 'Repository', repository, { ...repository.status, references: await references(ctx, key) });
  const now = ctx.clock.now();
  let opened: { open: OpenRepository; secretVersion: string };
  try {
    opened = await openRepository(ctx, key, key.namespace);
  } catch (thrown) {
    return unusable(ctx, repository, orderError(asStashError(thrown)), '');
  }
  if (repository.status?.maintenance?.phase === 'Running') return maintain(ctx, repository, opened.open);

  const due = probeDue({
    repository,
    secretVersion: opened.secretVersion,
    waitingSince: await waitingSince(ctx, key),
    failures: repository.status?.probeFailures ?? 0,
    now,
  });
  if (due.due) return probe(ctx, repository, opened);
  const request = openRequest(repository, repository.metadata.annotations?.[ANNOTATIONS.request]);
  const reason = maintenanceReason({ repository, unrecorded: await unrecordedSessions(ctx, key), request, now });
  if (reason === undefined) return requeueAfter(Math.min(due.inMs, pauseAfterFailure(repository, now)), 'opens it again');
  if (!ctx.gates.tryExclusive(key, purposeText(repository)))
    return requeueAfter(30_000, `maintenance waits for ${ctx.gates.sharers(key).join(', ')}`);
  const status = { ...repository.status, maintenance: beginMaintenance(reason, now) };
  return maintain(ctx, await patchStatus(ctx, 'Repository', repository, status), opened.open);
}

async function probe(
  ctx: Context,
  repository: Repository,
  { open, secretVersion }: { open: OpenRepository; secretVersion: string },
): Promise<Result> {
  const attempt = [repository.metadata.generation, secretVersion, repository.status?.lastProbeTime ?? 'first'].join('.');
  const id = orderIdOf(purposeText(repository), `probe.${attempt}`);
  const report = ctx.desk.report(id);
  if (report === undefined || report.state === 'Running') {
    const deadline = timeText(new Date(ctx.clock.now().getTime() + PROBE_TIMEOUT_MS));
    const create = repository.status?.repositoryID === undefined;
    if (report === undefined)
      ctx.desk.give(ctx.platform.repositoryAgent(open), {
        id,
        epoch: ctx.epoch,
        deadline,
        purpose: purposeText(repository),
        task: { type: 'Probe', repository: open, create },
      });
    return requeueAfter(PROBE_TIMEOUT_MS, 'the repository is being opened');
  }
  const outcome = report.result?.type === 'Probe' ? { result: report.result } : { error: failureOf(report) };
  if ('error' in outcome) {
    const result = await unusable(ctx, repository, outcome.error, secretVersion);
    ctx.desk.acknowledge(id);
    return result;
  }
  const status = afterProbe(repository, outcome, { now: timeText(ctx.clock.now()), secretVersion });
  const changed = repository.status?.phase !== 'Ready';
  await patchStatus(ctx, 'Repository', repository, status);
  ctx.desk.acknowledge(id);
  if (changed)
    await ctx.events.record(
      repository,
      'Normal',
      'RepositoryReady',
      `restic repository ${outcome.result.repositoryId.slice(0, 8)} ${outcome.result.created ? 'was made' : 'was opened'}`,
    );
  return requeueAfter(0, 'looks for maintenance');
}

async function unusable(ctx: Context, repository: Repository, error: OrderError, secretVersion: string): Promise<Result> {
  const status = afterProbe(repository, { error }, { now: timeText(ctx.clock.now()), secretVersion });
  const known = repository.status?.error?.code === error.code && repository.status.error.message === error.message;
  // What cannot be opened for lack of a secret is looked at again when that changes; nothing is counted or written twice.
  if (known && secretVersion === '') return requeueAfter(300_000, error.code);
  await patchStatus(ctx, 'Repository', repository, status);
  if (!known) await ctx.events.record(repository, 'Warning', error.code, `${error.message}. ${error.remedy}`);
  return requeueAfter(secretVersion === '' ? 300_000 : 10_000, error.code);
}

async function maintain(ctx: Context, repository: Repository, open: OpenRepository): Promise<Result> {
  const key = keyOf(repository);
  const purpose = purposeText(repository);
  if (!ctx.gates.tryExclusive(key, purpose)) return requeueAfter(5_000, 'another run uses the repository');
  const request = openRequest(repository, repository.metadata.annotations?.[ANNOTATIONS.request]);
  const now = timeText(ctx.clock.now());
  try {
    const step = await advanceMaintenance(ctx, repository, open, request);
    if (step.type === 'Waiting') return requeueAfter(60_000, 'maintenance is under way');
    if (step.type === 'Planned') {
      const planned = await patchStatus(ctx, 'Repository', repository, afterPlan(repository.status ?? {}, step.plan, now));
      step.give();
      if (step.plan.removeLocks)
        await ctx.events.record(planned, 'Normal', 'LocksRemoved', `${step.plan.locks.locks.length} locks of ended processes are removed`);
      if (!step.plan.exclusive) await ctx.events.record(planned, 'Warning', 'LockedByOther', step.plan.locks.blocking.join('; '));
      return requeueAfter(60_000, 'maintenance is under way');
    }
    if (step.type === 'Failed') return await failMaintenance(ctx, repository, step.error, request);
    const done = { plan: step.plan, result: step.result, request, now };
    const status = afterMaintenance(repository.status ?? {}, done);
    const answers = status.requests?.map((one) =>
      one.id === request?.id && requestFailed(done) ? { ...one, phase: 'Failed' as const } : one,
    );
    await patchStatus(ctx, 'Repository', repository, answers === undefined ? status : { ...status, requests: answers });
    if (step.plan.removeLocks) ctx.desk.cleared(ctx.desk.ended(open));
    if (step.result.check !== undefined && step.result.check.errors > 0)
      await ctx.events.record(repository, 'Warning', 'RepositoryDamaged', step.result.check.messages.slice(0, 3).join('; '));
    return end(ctx, repository);
  } catch (thrown) {
    const error = asStashError(thrown);
    if (error.code !== 'RecordsTampered') throw thrown;
    return failMaintenance(ctx, repository, orderError(error), request);
  }
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
  for (const name of MAINTENANCE_ORDERS) ctx.desk.acknowledge(maintenanceOrderId(repository, name));
  ctx.gates.release(purposeText(repository));
  return requeueAfter(0, 'looks for more to do');
}

function failureOf(report: Report): OrderError {
  return report.error ?? { code: 'Internal', message: 'the agent gave no result', remedy: 'Report this.' };
}

function pauseAfterFailure(repository: Repository, now: Date): number {
  const { status } = repository;
  const locked = (status?.locks ?? []).length > 0;
  if (status?.maintenance?.phase !== 'Failed' && !locked) return Number.POSITIVE_INFINITY;
  const since = now.getTime() - Date.parse(status?.maintenance?.endTime ?? '');
  return Math.max(1000, (locked ? 300_000 : 60_000) - since);
}

async function references(ctx: Context, key: ObjectKey) {
  const invokers = await invokersOf(ctx, key);
  return invokers.map(({ kind, namespace, name }) => ({ apiGroup: 'stash.appscode.com', kind, namespace, name }));
}

/** When the oldest session that waits for this repository was created. */
async function waitingSince(ctx: Context, key: ObjectKey): Promise<string | undefined> {
  const waiting = (await ctx.store.list('BackupSession', { namespace: key.namespace })).filter(
    (session) => session.status?.phase === undefined || session.status.phase === 'Pending',
  );
  if (waiting.length === 0) return undefined;
  const names = new Set((await invokersOf(ctx, key)).map((invoker) => invoker.name));
  return waiting
    .filter((session) => names.has(session.spec.invoker.name))
    .map((session) => session.metadata.creationTimestamp ?? '')
    .sort()
    .at(-1);
}

async function repositoriesWithSecret(ctx: Context, secret: ObjectKey): Promise<ObjectKey[]> {
  const repositories = await ctx.store.list('Repository', { namespace: secret.namespace });
  return repositories.filter((one) => one.spec.backend.storageSecretName === secret.name).map(keyOf);
}

function named(
  namespace: string,
  spec: { repository?: { name: string; namespace?: string }; repositories?: { name: string; namespace?: string }[] },
): ObjectKey[] {
  const all = spec.repositories ?? (spec.repository === undefined ? [] : [spec.repository]);
  return all.map((one) => ({ namespace: one.namespace ?? namespace, name: one.name }));
}
