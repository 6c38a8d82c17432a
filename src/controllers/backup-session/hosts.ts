import type { BackupTargetStatus, HostBackupStats } from '../../api/backup-target-status.ts';
import { isCode } from '../../errors/error.ts';
import type { Report } from '../../orders/report.ts';
import { expectEndOf } from '../expect-end.ts';
import { failedHost, orderedHost, STOP_GRACE_MS } from '../host-report.ts';
import { type Afterwards, orderTrouble } from '../order-trouble.ts';
import { awaitedTooLong, awaitNoMore, mayAwait } from './await-target.ts';
import { tellForcedFull } from './forced-full-event.ts';
import { hasPostHooks } from './hooks.ts';
import { backupOrder, backupOrderId } from './order.ts';
import { attemptAgain, SERVER_PAUSE_MS } from './retry.ts';
import { NEXT, type SessionOutcome, type SessionRun, wait } from './session-run.ts';
import { afterReport, canceled, isHostDone, targetPhase } from './status.ts';

interface HostsAfterwards extends Afterwards {
  /** A host is not there just now. */
  awaited?: boolean;
  /** The server of a host is not up again. */
  starting?: boolean;
}

/** Gives every host its order, in turn where the batch is Sequential, and gathers the reports until all hosts are done. */
export async function runHosts(run: SessionRun): Promise<SessionOutcome> {
  if (run.status.phase !== 'Running') return NEXT;
  const targets = run.status.targets ?? [];
  const afterwards: HostsAfterwards = { acknowledge: [], unanswered: [] };
  const overdue = deadlinePassed(run);
  for (const [index, target] of targets.entries()) {
    target.stats = await Promise.all((target.stats ?? []).map((host) => advance(run, target, index, host, overdue, afterwards)));
    target.phase = targetPhase(target.stats);
    const done = target.stats.every(isHostDone);
    if (!done && run.invoker.sequential) break;
  }
  if (afterwards.awaited !== true) awaitNoMore(run);
  // A report is the agent's again until it is written down.
  run.afterwards.push(...afterwards.acknowledge.map((id) => () => run.ctx.desk.acknowledge(id)));
  const done = targets.every((target) => (target.stats ?? []).every(isHostDone));
  // What comes next is written at once, and this with it, unless hooks come first.
  if (!done || hasPostHooks(run)) await run.save();
  const [unanswered] = afterwards.unanswered;
  if (unanswered !== undefined) throw unanswered;
  if (done) return NEXT;
  if (afterwards.awaited === true) return wait(5_000, 'a target has no host');
  if (afterwards.starting === true) return wait(SERVER_PAUSE_MS, 'a server is not up again');
  const left = Date.parse(run.status.sessionDeadline ?? '') - run.now.getTime();
  return wait(Math.max(1_000, Math.min(left, 60_000)), 'agents are at work');
}

async function advance(
  run: SessionRun,
  target: BackupTargetStatus,
  index: number,
  host: HostBackupStats,
  overdue: boolean,
  afterwards: HostsAfterwards,
): Promise<HostBackupStats> {
  if (isHostDone(host)) return host;
  const time = run.now.toISOString();
  const id = host.orderID ?? backupOrderId(run, index, host);
  const report = run.ctx.desk.report(id);
  if (report !== undefined && report.state !== 'Running') {
    const retry = overdue ? 'No' : attemptAgain(host, report, run.now);
    if (retry === 'Soon') {
      afterwards.starting = true;
      return host;
    }
    afterwards.acknowledge.push(id);
    if (retry === 'Now') return again(run, target, index, host, report, afterwards);
    const done = afterReport(host, report, overdueError(run, report), time);
    await tellForcedFull(run, done, report);
    return done;
  }
  if (overdue) return stop(run, host, id, report, time);
  if (report === undefined) return give(run, target, { ...host, orderID: id }, time, afterwards);
  await expectEndOf(run, id, () => backupOrder(run, target, host, id));
  return afterReport(host, report, undefined, time);
}

async function again(
  run: SessionRun,
  target: BackupTargetStatus,
  index: number,
  host: HostBackupStats,
  { error }: Report,
  afterwards: HostsAfterwards,
): Promise<HostBackupStats> {
  const { progress: _progress, steps: _steps, ...rest } = host;
  const next = { ...rest, attempts: (host.attempts ?? 1) + 1 };
  await run.ctx.events.record(run.session, 'Warning', ...whyAgain(host.hostname, error?.code));
  return give(run, target, { ...next, orderID: backupOrderId(run, index, next) }, run.now.toISOString(), afterwards);
}

function whyAgain(host: string | undefined, code: string | undefined): [reason: string, message: string] {
  if (code === 'DatabaseLost') return [code, `the server of ${host} went away while it was backed up; the order is given again`];
  if (code === 'DatabaseUnreachable') return ['DatabaseLost', `the server of ${host} is not back yet; the order is given again`];
  return ['AgentLost', `the agent of ${host} ended while it worked; the order is given again`];
}

async function give(
  run: SessionRun,
  target: BackupTargetStatus,
  host: HostBackupStats,
  time: string,
  afterwards: HostsAfterwards,
): Promise<HostBackupStats> {
  try {
    const { agent, order } = await backupOrder(run, target, host, host.orderID ?? '');
    // An agent that has told of steps has begun it.
    run.ctx.desk.give(agent, order, host.steps !== undefined);
    const hindrance = run.ctx.desk.hindrance(order.id);
    return { ...orderedHost(host, hindrance), phase: 'Running', startTime: host.startTime ?? time, attempts: host.attempts ?? 1 };
  } catch (thrown) {
    // Of one that has begun it is the agent that is waited for.
    if (isCode(thrown, 'TargetNotReady') && host.steps === undefined) {
      afterwards.awaited = true;
      return mayAwait(run, thrown.message) ? host : failedHost(host, awaitedTooLong(thrown.message), time);
    }
    const error = orderTrouble(run, host, thrown, afterwards);
    return error === undefined ? host : failedHost(host, error, time);
  }
}

function stop(run: SessionRun, host: HostBackupStats, id: string, report: Report | undefined, time: string): HostBackupStats {
  // What an agent has told of steps of has begun, whatever keeps that agent away since.
  const hindrance = host.steps === undefined ? run.ctx.desk.hindrance(id) : undefined;
  run.ctx.desk.cancel(id, `the session's deadline ${run.status.sessionDeadline} has passed`);
  const late = run.now.getTime() - Date.parse(run.status.sessionDeadline ?? '');
  if (host.phase === 'Pending' || report === undefined || late > STOP_GRACE_MS)
    return failedHost(host, canceled(run.status.sessionDeadline ?? '', hindrance), time);
  return host;
}

function deadlinePassed(run: SessionRun): boolean {
  return run.now.getTime() >= Date.parse(run.status.sessionDeadline ?? '');
}

/** What was stopped because of the deadline failed because of it, whatever the agent called it. */
function overdueError(run: SessionRun, report: Report) {
  return report.error?.code === 'Canceled' && deadlinePassed(run) ? canceled(run.status.sessionDeadline ?? '') : undefined;
}
