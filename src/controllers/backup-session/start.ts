import type { BackupTargetStatus } from '../../api/backup-target-status.ts';
import type { Repository } from '../../api/repository.ts';
import { asStashError, isCode, StashError } from '../../errors/error.ts';
import type { OrderError } from '../../orders/report.ts';
import { parseDuration } from '../../rules/duration.ts';
import { timeText } from '../context.ts';
import { share } from '../repository/share.ts';
import { targetHosts } from '../target-hosts.ts';
import { awaitedTooLong, awaitNoMore, mayAwait } from './await-target.ts';
import { askedAt, lookAt, openedAll, underMaintenance } from './opening.ts';
import { fail, NEXT, pending, type SessionOutcome, type SessionRun, sessionName } from './session-run.ts';
import { withSlot } from './slot.ts';

/** A session without a time limit of its own ends after a day: nothing stays Running for ever. */
const DEFAULT_TIMEOUT_MS = 24 * 3_600_000;

/** Pending to Running: a free slot, a repository that is ready, none of them under maintenance, targets that are there. */
export async function start(run: SessionRun): Promise<SessionOutcome> {
  if (run.status.phase !== undefined && run.status.phase !== 'Pending') return NEXT;
  run.status.phase = 'Pending';
  if (run.repositories.length === 0) return fail(new StashError('Invalid', `no Repository takes the alias "${run.line.alias}"`));
  return withSlot(run.ctx, run.session, async (decision) => {
    if (decision.do === 'coalesce') {
      const message = `session ${decision.into.split('/').at(-1)} waits for the same and runs for both`;
      return { type: 'end', phase: 'Skipped', reason: 'Coalesced', message };
    }
    if (decision.do === 'wait') return pending(run, 'SlotTaken', `waits for ${decision.for.join(', ')}`);
    const ready = await repositoriesReady(run);
    if (ready.type !== 'next') return ready;
    return begin(run).catch((thrown: unknown) => {
      if (!isCode(thrown, 'Invalid')) throw thrown;
      return fail(thrown);
    });
  });
}

async function repositoriesReady(run: SessionRun): Promise<SessionOutcome> {
  const repositories: Repository[] = [];
  const unusable: OrderError[] = [];
  for (const ref of run.repositories) {
    try {
      const found = await lookAt(run, ref);
      if ('waiting' in found) return found.waiting;
      if (found.trouble !== undefined) unusable.push(found.trouble);
      repositories.push(found.repository);
    } catch (thrown) {
      openedAll(run, asStashError(thrown));
      return fail(thrown);
    }
  }
  const [trouble] = unusable;
  openedAll(run, trouble);
  // What cannot be stored in one is stored in the others all the same.
  if (trouble !== undefined && unusable.length === run.repositories.length)
    return { type: 'end', phase: 'Failed', reason: trouble.code, message: `${trouble.message}. ${trouble.remedy}` };
  const busy = repositories.find((repository) => !share(run.ctx, repository, run.purpose, askedAt(run)));
  if (busy === undefined) return NEXT;
  run.ctx.gates.release(run.purpose);
  return underMaintenance(run, busy);
}

async function begin(run: SessionRun): Promise<SessionOutcome> {
  const targets: BackupTargetStatus[] = [];
  for (const member of run.invoker.members.filter((one) => run.line.members.includes(one.key))) {
    const ref = member.target?.ref ?? {};
    const answer = await targetHosts(run.ctx, member.target, run.invoker.namespace);
    if ('missing' in answer) return fail(new StashError('NotFound', `target: ${answer.missing}`));
    if (answer.hosts.length === 0) {
      const { awaited } = answer;
      if (awaited === undefined) return fail(new StashError('NotFound', `target: ${ref.kind} ${ref.name} has no host`));
      if (!mayAwait(run, awaited)) return fail(awaitedTooLong(awaited));
      // Nobody is kept from the repositories meanwhile.
      run.ctx.gates.release(run.purpose);
      return pending(run, 'TargetNotReady', `waits for a host: ${awaited}`);
    }
    targets.push({
      ref,
      ...(member.target?.alias === undefined ? {} : { alias: member.target.alias }),
      totalHosts: answer.hosts.length,
      phase: 'Pending',
      stats: answer.hosts.map((hostname) => ({ hostname, phase: 'Pending' as const })),
    });
  }
  awaitNoMore(run);
  const limit = run.invoker.timeOut === undefined ? DEFAULT_TIMEOUT_MS : parseDuration(run.invoker.timeOut);
  Object.assign(run.status, {
    phase: 'Running',
    reason: 'Running',
    message: '',
    startTime: timeText(run.now),
    sessionDeadline: timeText(new Date(run.now.getTime() + limit)),
    operation: { requested: run.operation },
    targets,
  });
  await run.save();
  await run.ctx.events.record(run.session, 'Normal', 'BackupStarted', `${run.operation} of ${sessionName(run.session)}`);
  return NEXT;
}
