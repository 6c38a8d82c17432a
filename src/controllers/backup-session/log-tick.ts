import type { ExecOpStatus } from '../../api/invoker-status.ts';
import { asStashError, StashError } from '../../errors/error.ts';
import { orderError } from '../../orders/order-error.ts';
import type { OrderError } from '../../orders/report.ts';
import { parseDuration } from '../../rules/duration.ts';
import { timeText } from '../context.ts';
import { invokerOfSession } from '../read-invoker.ts';
import { maintenanceOwed } from '../repository/share.ts';
import { askedAt, lookAt, openedAll, underMaintenance } from './opening.ts';
import { fail, type SessionOutcome, type SessionRun, wait } from './session-run.ts';

const LONGEST_MS = 3_600_000;

/** A session by hand for a Log alias is one tick of it, now: the invoker's controller gives the orders, and says in its status what came of them. */
export async function logTick(run: SessionRun): Promise<SessionOutcome> {
  const { session, status, now } = run;
  const longest = run.invoker.timeOut === undefined ? LONGEST_MS : parseDuration(run.invoker.timeOut);
  status.startTime ??= timeText(now);
  status.sessionDeadline ??= timeText(new Date(now.getTime() + longest));
  status.operation ??= { requested: 'Log' };
  const waiting = status.phase === 'Running' ? undefined : await repositoriesReady(run);
  if (waiting !== undefined) {
    status.phase = 'Pending';
    return waiting;
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

/** What keeps it waiting for a repository; what is wrong with one for good the hosts tell. */
async function repositoriesReady(run: SessionRun): Promise<SessionOutcome | undefined> {
  let trouble: OrderError | undefined;
  for (const ref of run.repositories) {
    try {
      const found = await lookAt(run, ref);
      if ('waiting' in found) return found.waiting;
      trouble ??= found.trouble;
      if (maintenanceOwed(run.ctx, found.repository, askedAt(run))) return underMaintenance(run, found.repository);
    } catch (thrown) {
      trouble ??= orderError(asStashError(thrown));
    }
  }
  openedAll(run, trouble);
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
