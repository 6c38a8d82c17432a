import type { BackupTargetStatus, HostBackupStats } from '../../api/backup-target-status.ts';
import { asStashError, StashError } from '../../errors/error.ts';
import { orderError } from '../../orders/order-error.ts';
import { orderIdOf } from '../../orders/order-id.ts';
import { memberKey } from '../../rules/invoker.ts';
import type { RolesVerdict } from '../../rules/judge-roles.ts';
import { primaryOnly } from '../../rules/primary-only.ts';
import { type Afterwards, orderTrouble } from '../order-trouble.ts';
import { boundTarget, roleOrder } from './order.ts';
import { decideTarget, hasAnswered, silentHost, withAnswer } from './role-answers.ts';
import { fail, NEXT, type SessionOutcome, type SessionRun, wait } from './session-run.ts';
import { canceled } from './status.ts';

/** How long hosts have for their answer, from the beginning of the session or of this operator. A host that is alone holds up nobody. */
const ANSWER_MS = 60_000;
const LONE_ANSWER_MS = 300_000;

/** An agent that ended while it was asked is asked once more: the question changes nothing. */
const MOST_ATTEMPTS = 2;

/**
 * Where only the primary is backed up: asks every host for its role, and leaves the one that says it is the primary to be backed up.
 * Answers go into status as they come, so that another operator goes on from there. Where it is not exactly one, the target has failed,
 * and with all targets the session, before anything was done to them.
 */
export async function askRoles(run: SessionRun): Promise<SessionOutcome> {
  if (run.status.phase !== 'Running') return NEXT;
  const targets = run.status.targets ?? [];
  if (targets.every((target) => (target.stats ?? []).every(hasAnswered) && target.phase !== 'Pending')) return NEXT;
  const afterwards: Afterwards = { acknowledge: [], unanswered: [] };
  const failed: Extract<RolesVerdict, { error: StashError }>[] = [];
  let latest = 0;
  for (const [index, target] of targets.entries()) {
    if (!(await isAsked(run, target))) continue;
    const deadline = deadlineOf(run, target.stats?.length ?? 0);
    target.stats = await Promise.all((target.stats ?? []).map((host) => ask(run, target, index, host, deadline, afterwards)));
    if (!target.stats.every(hasAnswered)) {
      latest = Math.max(latest, deadline);
      continue;
    }
    const name = memberKey(target.ref, run.invoker.namespace);
    const { target: decided, verdict } = decideTarget(target, name, run.operation, run.now.toISOString());
    targets[index] = decided;
    if (verdict.type !== 'One') failed.push(verdict);
  }
  const [first] = failed;
  if (first !== undefined && targets.every(({ phase }) => phase === 'Failed')) {
    await tell(run, failed);
    return { ...fail(first.error), told: first.error.code };
  }
  await run.save();
  for (const id of afterwards.acknowledge) run.ctx.desk.acknowledge(id);
  const [unanswered] = afterwards.unanswered;
  if (unanswered !== undefined) throw unanswered;
  if (latest > 0) return wait(Math.max(1_000, latest - run.now.getTime()), 'hosts are asked for their roles');
  await tell(run, failed);
  return NEXT;
}

async function tell(run: SessionRun, failed: readonly { error: StashError }[]): Promise<void> {
  for (const { error } of failed) await run.ctx.events.record(run.session, 'Warning', error.code, error.message);
}

/** Undecided, and not one of which every host is backed up. What cannot be bound is asked too, and fails of that. */
async function isAsked(run: SessionRun, target: BackupTargetStatus): Promise<boolean> {
  if (target.phase !== 'Pending') return false;
  try {
    const { member, binding } = await boundTarget(run, target);
    return primaryOnly(member, binding.supports);
  } catch (thrown) {
    if (asStashError(thrown).transient) throw thrown;
    return false;
  }
}

/** Milliseconds since 1970. An operator that was away gives agents the time to tell it what they have answered meanwhile. */
function deadlineOf({ status, ctx }: SessionRun, hosts: number): number {
  const from = Math.max(Date.parse(status.startTime ?? ''), ctx.startedAt.getTime());
  return Math.min(from + (hosts > 1 ? ANSWER_MS : LONE_ANSWER_MS), Date.parse(status.sessionDeadline ?? ''));
}

async function ask(
  run: SessionRun,
  target: BackupTargetStatus,
  index: number,
  host: HostBackupStats,
  deadline: number,
  afterwards: Afterwards,
): Promise<HostBackupStats> {
  if (hasAnswered(host)) return host;
  const { desk } = run.ctx;
  const ids = Array.from({ length: MOST_ATTEMPTS }, (_, attempt) => roleOrderId(run, index, host, attempt + 1));
  const isLost = (id: string) => desk.report(id)?.error?.code === 'AgentLost';
  const id = ids.find((one) => !isLost(one)) ?? ids.at(-1) ?? '';
  const report = desk.report(id);
  const over = run.now.getTime() >= deadline;
  if (report !== undefined && report.state !== 'Running') {
    afterwards.acknowledge.push(...ids.filter((one) => desk.report(one) !== undefined));
    return withAnswer(host, report, run.operation);
  }
  if (over) {
    const silence = silenceOf(run, desk.hindrance(id));
    desk.cancel(id, silence.message);
    afterwards.acknowledge.push(...ids.filter(isLost));
    return silentHost(host, orderError(silence), run.operation);
  }
  try {
    const { agent, order } = await roleOrder(run, target, host, { id, deadline: new Date(deadline).toISOString() });
    desk.give(agent, order);
    return host;
  } catch (thrown) {
    const error = orderTrouble(run, host, thrown, afterwards);
    return error === undefined ? host : silentHost(host, orderError(error), run.operation);
  }
}

function roleOrderId(run: SessionRun, target: number, host: HostBackupStats, attempt: number): string {
  return orderIdOf(run.purpose, `${run.session.metadata.uid}.${target}.${host.hostname}.role.${attempt}`);
}

function silenceOf({ status, now }: SessionRun, hindrance: string | undefined): StashError {
  const end = status.sessionDeadline ?? '';
  if (now.getTime() >= Date.parse(end)) return new StashError('DeadlineExceeded', canceled(end).message);
  return new StashError('HostSilent', `the host has not said in time which role it has${hindrance === undefined ? '' : `: ${hindrance}`}`);
}
