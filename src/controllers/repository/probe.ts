import type { Repository } from '../../api/repository.ts';
import { StashError } from '../../errors/error.ts';
import type { OpenRepository } from '../../orders/order.ts';
import { orderError } from '../../orders/order-error.ts';
import { orderIdOf } from '../../orders/order-id.ts';
import type { OrderError, ProbeResult, Report } from '../../orders/report.ts';
import { type Result, requeueAfter } from '../../runtime/controller.ts';
import { type Context, timeText } from '../context.ts';
import { patchStatus } from '../patch-status.ts';
import { secretLookMs } from './decide.ts';
import { purposeText } from './maintenance.ts';
import { bothOf, endedTwice } from './order.ts';
import { afterProbe } from './status.ts';

const PROBE_TIMEOUT_MS = 120_000;

/** Opens the repository, or makes it the first time, and says in status whether it can be used. */
export async function probe(
  ctx: Context,
  repository: Repository,
  { open, secretVersion }: { open: OpenRepository; secretVersion: string },
): Promise<Result> {
  const attempt = [repository.metadata.generation, secretVersion, repository.status?.lastProbeTime ?? 'first'].join('.');
  const purpose = purposeText(repository);
  const id = orderIdOf(purpose, `probe.${attempt}`);
  // What another spec or secret comes to is nothing to anybody, and the agent opens the repository for one order at a time.
  ctx.desk.drop(purpose, bothOf(id));
  const deadline = timeText(new Date(ctx.clock.now().getTime() + PROBE_TIMEOUT_MS));
  // One that was there is never made again where it was: it is missing, and somebody must be told.
  const create = repository.status?.repositoryID === undefined || repository.status.location !== open.access.url;
  const report = await endedTwice(ctx, {
    id,
    purpose,
    repository: open,
    deadline,
    task: async () => ({ type: 'Probe', repository: open, create }),
  });
  if (report === undefined) return requeueAfter(PROBE_TIMEOUT_MS, 'the repository is being opened');
  // Whoever asked after it began is not told of how it went: it may be mended since.
  const began = timeText(new Date(report.startTime));
  const outcome = outcomeOf(repository, report, open.access.url);
  if ('error' in outcome) {
    const result = await unusable(ctx, repository, outcome.error, secretVersion, began);
    for (const order of bothOf(id)) ctx.desk.acknowledge(order);
    return result;
  }
  const facts = { began, now: timeText(ctx.clock.now()), secretVersion, location: open.access.url };
  const status = afterProbe(repository, outcome, facts);
  const changed = repository.status?.phase !== 'Ready';
  await patchStatus(ctx, 'Repository', repository, status);
  for (const order of bothOf(id)) ctx.desk.acknowledge(order);
  if (changed)
    await ctx.events.record(
      repository,
      'Normal',
      'RepositoryReady',
      `restic repository ${outcome.result.repositoryId.slice(0, 8)} ${outcome.result.created ? 'was made' : 'was opened'}`,
    );
  return requeueAfter(0, 'looks for maintenance');
}

/** What stands in the way, in status and as an event; tried again by itself. */
export async function unusable(
  ctx: Context,
  repository: Repository,
  error: OrderError,
  secretVersion: string,
  began = timeText(ctx.clock.now()),
): Promise<Result> {
  const status = afterProbe(repository, { error }, { began, now: timeText(ctx.clock.now()), secretVersion });
  const known = repository.status?.error?.code === error.code && repository.status.error.message === error.message;
  // What cannot be opened for lack of a secret is looked at again when that changes; nothing is counted or written twice.
  const pause = secretVersion === '' ? Math.min(300_000, secretLookMs(error.code)) : 10_000;
  if (known && secretVersion === '') return requeueAfter(pause, error.code);
  await patchStatus(ctx, 'Repository', repository, status);
  if (!known) await ctx.events.record(repository, 'Warning', error.code, `${error.message}. ${error.remedy}`);
  return requeueAfter(pause, error.code);
}

/** Another repository in the same place is not ours: its snapshots are not those that status and sessions speak of. */
function outcomeOf({ status }: Repository, report: Report, location: string): { result: ProbeResult } | { error: OrderError } {
  if (report.result?.type !== 'Probe') return { error: failureOf(report) };
  const { repositoryId } = report.result;
  const known = status?.location === location ? status.repositoryID : undefined;
  if (known === undefined || known === repositoryId) return { result: report.result };
  const text = `${location} holds restic repository ${repositoryId.slice(0, 8)}, and not ${known.slice(0, 8)} that was there before`;
  return { error: orderError(new StashError('RepositoryReplaced', text)) };
}

function failureOf(report: Report): OrderError {
  return report.error ?? { code: 'Internal', message: 'the agent gave no result', remedy: 'Report this.' };
}
