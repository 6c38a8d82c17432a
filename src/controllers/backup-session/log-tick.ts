import type { ExecOpStatus } from '../../api/invoker-status.ts';
import { StashError } from '../../errors/error.ts';
import { parseDuration } from '../../rules/duration.ts';
import { CONDITIONS, conditionOf } from '../conditions.ts';
import { timeText } from '../context.ts';
import { invokerOfSession } from '../read-invoker.ts';
import { openRepository } from '../repository/open.ts';
import { openingTooLong, usable } from '../repository/usable.ts';
import { fail, pending, type SessionOutcome, type SessionRun, wait } from './session-run.ts';

const LONGEST_MS = 3_600_000;

/** A session by hand for a Log alias is one tick of it, now: the invoker's controller gives the orders, and says in its status what came of them. */
export async function logTick(run: SessionRun): Promise<SessionOutcome> {
  const { session, status, now } = run;
  const longest = run.invoker.timeOut === undefined ? LONGEST_MS : parseDuration(run.invoker.timeOut);
  status.startTime ??= timeText(now);
  status.sessionDeadline ??= timeText(new Date(now.getTime() + longest));
  status.operation ??= { requested: 'Log' };
  const opening = status.phase === 'Running' ? undefined : await openingRepository(run);
  if (opening !== undefined) {
    run.condition(CONDITIONS.backendRepositoryInitialized, 'Unknown', 'RepositoryNotReady', `Repository ${opening} is being opened`);
    status.phase = 'Pending';
    return pending(run, 'RepositoryNotReady', `Repository ${opening} is being opened`);
  }
  Object.assign(status, { phase: 'Running', reason: 'LogTick', message: 'the hosts archive their logs' });
  const object = await invokerOfSession(run.ctx, session);
  if (object?.status?.phase === 'NotReady')
    return fail(new StashError('StorageUnreachable', `${run.invoker.name} is not ready: ${why(object.status)}`));
  const line = object?.status?.execOps?.find(({ alias, member }) => alias === run.line.alias && member === run.line.member);
  const hosts = line?.logs ?? [];
  if (
    line !== undefined &&
    hosts.some(({ asked }) => asked === session.metadata.name) &&
    hosts.every(({ orderID }) => orderID === undefined)
  ) {
    if (line.error === undefined) status.operation = { requested: 'Log', performed: 'Log' };
    return outcome(line);
  }
  if (now.getTime() >= Date.parse(status.sessionDeadline))
    return fail(new StashError('DeadlineExceeded', `the log was not archived at the session's deadline ${status.sessionDeadline}`));
  return wait(10_000, 'the hosts archive their logs');
}

/** One of which nobody knows yet whether it can be used now: what failed before this was asked for may be mended, and is tried again. */
async function openingRepository({ ctx, session, status, repositories, now }: SessionRun): Promise<string | undefined> {
  if (openingTooLong(conditionOf(status.conditions, CONDITIONS.backendRepositoryInitialized), ctx.startedAt, now)) return undefined;
  for (const ref of repositories) {
    const opened = await openRepository(ctx, ref, session.metadata.namespace ?? '').catch(() => undefined);
    const verdict = opened && usable(opened, Date.parse(session.metadata.creationTimestamp ?? ''), now);
    if (verdict === 'NotKnownYet') return ref.name;
  }
  return undefined;
}

function why({ conditions = [] }: { conditions?: { status: string; message: string }[] }): string {
  return conditions.find((one) => one.status === 'False')?.message ?? 'see its status';
}

function outcome({ error, archivedTo, gtid, logs = [] }: ExecOpStatus): SessionOutcome {
  if (error === undefined)
    return {
      type: 'end',
      phase: 'Succeeded',
      reason: 'LogArchived',
      message: `the log is archived up to ${archivedTo ?? 'now'}, GTID ${gtid ?? 'unknown'}`,
    };
  // The line has left out what does not count.
  const codes = [
    'SeveralPrimaries',
    'NoPrimary',
    ...logs.flatMap((host) => [host, ...(host.repositories ?? [])].flatMap(({ errorCode }) => errorCode ?? [])),
  ];
  return fail(new StashError((codes.find((code) => error.includes(`${code}: `)) ?? 'Internal') as StashError['code'], error));
}
