import type { HostRestoreStats, PlannedHost } from '../../api/restore-session.ts';
import { StashError } from '../../errors/error.ts';
import { orderIdOf } from '../../orders/order-id.ts';
import type { OrderError, Report } from '../../orders/report.ts';
import { expectEndOf } from '../expect-end.ts';
import { failedHost, orderedHost, reportedHost, STOP_GRACE_MS } from '../host-report.ts';
import { type Afterwards, orderTrouble } from '../order-trouble.ts';
import { restoreOrder } from './order.ts';
import { NEXT, type RestoreOutcome, type RestoreRun, wait } from './restore-run.ts';

/** Gives every host its order and gathers the reports. A restore that lost its agent is not given again: it may have begun to overwrite. */
export async function runHosts(run: RestoreRun): Promise<RestoreOutcome> {
  if (run.status.phase !== 'Running') return NEXT;
  const afterwards: Afterwards = { acknowledge: [], unanswered: [] };
  const planned = new Map((run.status.plan ?? []).map((host) => [host.hostname, host]));
  run.status.stats = await Promise.all(
    (run.status.stats ?? []).map((host) => advance(run, planned.get(host.hostname ?? ''), host, afterwards)),
  );
  await run.save();
  for (const id of afterwards.acknowledge) run.ctx.desk.acknowledge(id);
  const [unanswered] = afterwards.unanswered;
  if (unanswered !== undefined) throw unanswered;
  if (run.status.stats.every(isDone)) return NEXT;
  const left = Date.parse(run.status.sessionDeadline ?? '') - run.now.getTime();
  return wait(Math.max(1_000, Math.min(left, 60_000)), 'agents are at work');
}

function isDone(host: HostRestoreStats): boolean {
  return host.phase === 'Succeeded' || host.phase === 'Failed';
}

async function advance(
  run: RestoreRun,
  plan: PlannedHost | undefined,
  host: HostRestoreStats,
  afterwards: Afterwards,
): Promise<HostRestoreStats> {
  if (isDone(host) || plan === undefined) return host;
  const time = run.now.toISOString();
  const id = host.orderID ?? orderIdOf(run.purpose, `${run.session.metadata.uid}.${host.hostname}`);
  const report = run.ctx.desk.report(id);
  const late = run.now.getTime() - Date.parse(run.status.sessionDeadline ?? '');
  if (report !== undefined && report.state !== 'Running') {
    afterwards.acknowledge.push(id);
    return afterReport(host, report, late >= 0, time);
  }
  if (late >= 0) {
    // What an agent has told of steps of has begun, whatever keeps that agent away since.
    const hindrance = host.steps === undefined ? run.ctx.desk.hindrance(id) : undefined;
    run.ctx.desk.cancel(id, `the session's deadline ${run.status.sessionDeadline} has passed`);
    return report === undefined || late > STOP_GRACE_MS ? failedHost(host, overdue(hindrance), time) : host;
  }
  if (report !== undefined) {
    await expectEndOf(run, id, () => restoreOrder(run, plan, id));
    return afterReport(host, report, false, time);
  }
  try {
    const { agent, order } = await restoreOrder(run, plan, id);
    // An agent that has told of steps has begun it.
    run.ctx.desk.give(agent, order, host.steps !== undefined);
    return { ...orderedHost(host, run.ctx.desk.hindrance(id)), orderID: id, phase: 'Running', startTime: host.startTime ?? time };
  } catch (thrown) {
    const error = orderTrouble(run, host, thrown, afterwards);
    if (error === undefined) return host;
    return failedHost(host, error.code === 'AgentLost' ? interrupted(error) : error, time);
  }
}

function afterReport(host: HostRestoreStats, report: Report, late: boolean, now: string): HostRestoreStats {
  const reported = reportedHost(host, report, now);
  if (report.state === 'Running') return reported;
  if (report.result?.type === 'Restore') {
    const { files, bytes, message } = report.result;
    return { ...reported, phase: 'Succeeded', restored: { files, bytes }, ...(message === undefined ? {} : { message }) };
  }
  const error =
    late && report.error?.code === 'Canceled' ? overdue() : report.error?.code === 'AgentLost' ? interrupted(report.error) : report.error;
  return failedHost(reported, error ?? new StashError('Internal', 'the agent reported no result'), now);
}

/** Unlike a backup, a restore is not given again: a person has to look first. */
function interrupted({ message }: OrderError): StashError {
  return new StashError('AgentLost', `${message}; the destination may hold the old data, the new, or a part of it`, {
    remedy: 'Look at the destination, and whether its server runs; then restore again. A restore is not repeated by itself.',
  });
}

function overdue(hindrance?: string): StashError {
  return new StashError(
    'DeadlineExceeded',
    hindrance === undefined
      ? 'the restore was not done at its deadline and was stopped; the destination may hold a part of the data'
      : `the restore had not begun at its deadline: ${hindrance}`,
  );
}
