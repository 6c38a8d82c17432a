import type { BackupSession } from '../../api/backup-session.ts';
import { keyOf, type ObjectKey } from '../../api/object.ts';
import { isCode } from '../../errors/error.ts';
import { formatDuration, parseDuration } from '../../rules/duration.ts';
import { type Controller, DONE, type Result, requeueAfter } from '../../runtime/controller.ts';
import { type Context, timeText } from '../context.ts';
import { ensureFinalizer, removeFinalizer } from '../finalizer.ts';
import { hasEnded } from '../invoker/history.ts';
import { retryOf } from '../invoker/objects.ts';
import { patchStatus } from '../patch-status.ts';
import { finish } from './finish.ts';
import { preBackupHooks } from './hooks.ts';
import { runHosts } from './hosts.ts';
import { markRecorded } from './recorded.ts';
import { fail, openSession, type PhaseOutcome, purposeOfSession, type SessionRun } from './session-run.ts';
import { start } from './start.ts';

/** The life of a session, in order; each phase lets it pass, makes it wait, or ends it. */
const PHASES: readonly { name: string; run: (run: SessionRun) => Promise<PhaseOutcome> }[] = [
  { name: 'Start', run: start },
  { name: 'PreBackupHooks', run: preBackupHooks },
  { name: 'Hosts', run: runHosts },
  { name: 'Finish', run: finish },
];

export function backupSessionController(ctx: Context): Controller {
  const waiting = async () => {
    const sessions = await ctx.store.list('BackupSession');
    return sessions
      .filter(
        (session) => session.status?.phase === undefined || session.status.phase === 'Pending' || session.status.phase === 'DataStored',
      )
      .map(keyOf);
  };
  return {
    name: 'backup-session',
    kind: 'BackupSession',
    watches: [
      // What frees a slot or a repository lets somebody else in.
      { kind: 'BackupSession', map: (session) => (hasEnded(session) || session.status?.phase === 'DataStored' ? waiting() : []) },
      { kind: 'RestoreSession', map: (session) => (session.status?.phase === 'Running' ? [] : waiting()) },
      {
        kind: 'Repository',
        map: async (repository) => (await sessionsOf(ctx, repository.metadata.namespace ?? '')).filter(unsettled).map(keyOf),
      },
    ],
    reconcile: (key, { signal }) => reconcile(key, ctx, signal),
  };
}

async function reconcile(key: ObjectKey, ctx: Context, signal: AbortSignal): Promise<Result> {
  const stored = await ctx.store.get('BackupSession', key);
  const purpose = `BackupSession/${key.namespace}/${key.name}`;
  if (stored === undefined) {
    ctx.desk.drop(purpose);
    ctx.gates.release(purpose);
    return DONE;
  }
  if (stored.metadata.deletionTimestamp !== undefined) return remove(ctx, stored);
  if (hasEnded(stored)) return afterwards(ctx, stored, signal);
  const session = await ensureFinalizer(ctx, 'BackupSession', stored);
  let run: SessionRun;
  try {
    run = await openSession(ctx, session, signal);
  } catch (thrown) {
    if (isCode(thrown, 'StoreUnavailable', 'Conflict')) throw thrown;
    return impossible(ctx, session, fail(thrown), signal);
  }
  for (const phase of PHASES) {
    const outcome = await phase.run(run);
    if (outcome.type === 'next') continue;
    if (outcome.type === 'end') Object.assign(run.status, ended(run.status, outcome, ctx.clock.now()));
    await run.save();
    if (outcome.type === 'wait') return requeueAfter(outcome.ms, `${phase.name}: ${outcome.why}`);
    const type = outcome.phase === 'Failed' ? 'Warning' : 'Normal';
    await ctx.events.record(
      run.session,
      type,
      `Backup${outcome.phase}`,
      outcome.message === '' ? outcome.reason : `${outcome.reason}: ${outcome.message}`,
    );
    return afterwards(ctx, run.session, signal);
  }
  return DONE;
}

type Ending = Extract<PhaseOutcome, { type: 'end' }>;

function ended(status: SessionRun['status'], { phase, reason, message }: Ending, now: Date): Partial<SessionRun['status']> {
  const took =
    status.startTime === undefined
      ? {}
      : { sessionDuration: formatDuration(Math.floor((now.getTime() - Date.parse(status.startTime)) / 1000) * 1000) };
  return { phase, reason, message, endTime: timeText(now), ...took };
}

/** A session that cannot even begin, or whose configuration is gone while it runs. */
async function impossible(ctx: Context, session: BackupSession, outcome: PhaseOutcome, signal: AbortSignal): Promise<Result> {
  if (outcome.type !== 'end') return DONE;
  const failed = await patchStatus(ctx, 'BackupSession', session, {
    ...session.status,
    ...ended(session.status ?? {}, outcome, ctx.clock.now()),
  });
  ctx.desk.drop(purposeOfSession(session));
  await ctx.events.record(failed, 'Warning', 'BackupFailed', `${outcome.reason}: ${outcome.message}`);
  return afterwards(ctx, failed, signal);
}

/** After the end: the slot and the repositories are free, a retry is made when it is due, the records are waited for. */
async function afterwards(ctx: Context, session: BackupSession, signal: AbortSignal): Promise<Result> {
  const purpose = purposeOfSession(session);
  ctx.gates.release(purpose);
  ctx.desk.drop(purpose);
  const recorded = await markRecorded(ctx, session);
  return retry(ctx, recorded, signal);
}

async function retry(ctx: Context, session: BackupSession, signal: AbortSignal): Promise<Result> {
  const { status, spec } = session;
  if (status?.phase !== 'Failed' || status.retried === true || (spec.retryLeft ?? 0) <= 0) return DONE;
  const run = await openSession(ctx, session, signal).catch(() => undefined);
  if (run === undefined) return DONE;
  const delay = run.invoker.retry.delay === undefined ? 0 : parseDuration(run.invoker.retry.delay);
  const due = Date.parse(status.endTime ?? '') + delay;
  const left = due - ctx.clock.now().getTime();
  if (left > 0) {
    await patchStatus(ctx, 'BackupSession', session, { ...status, nextRetry: timeText(new Date(due)) });
    return requeueAfter(left, 'the retry');
  }
  const attempt = Math.max(1, run.invoker.retry.max - (spec.retryLeft ?? 0) + 1);
  const again = retryOf(run.invoker, { ...session, spec: { ...spec, alias: run.line.alias } }, attempt);
  await ctx.store.create('BackupSession', again).catch((error: unknown) => {
    if (!isCode(error, 'AlreadyExists')) throw error;
  });
  const retried = await patchStatus(ctx, 'BackupSession', session, { ...status, retried: true });
  await ctx.events.record(retried, 'Normal', 'BackupRetried', `session ${again.metadata.name} repeats it`);
  return DONE;
}

/** A session that goes: what runs for it is stopped first, and what it stored is in the records first. */
async function remove(ctx: Context, session: BackupSession): Promise<Result> {
  const purpose = purposeOfSession(session);
  const running = (session.status?.targets ?? []).flatMap((target) => (target.stats ?? []).filter((host) => host.phase === 'Running'));
  const alive = running.filter((host) => host.orderID !== undefined && ctx.desk.report(host.orderID)?.state === 'Running');
  for (const host of alive) ctx.desk.cancel(host.orderID ?? '', 'the session was deleted');
  if (alive.length > 0) return requeueAfter(5_000, 'agents stop');
  ctx.desk.drop(purpose);
  ctx.gates.release(purpose);
  await removeFinalizer(ctx, 'BackupSession', session);
  return DONE;
}

async function sessionsOf(ctx: Context, namespace: string): Promise<BackupSession[]> {
  return ctx.store.list('BackupSession', { namespace });
}

function unsettled(session: BackupSession): boolean {
  const phase = session.status?.phase;
  return (
    phase === undefined ||
    phase === 'Pending' ||
    phase === 'DataStored' ||
    !(session.status?.conditions ?? []).some((one) => one.type === 'SnapshotsRecorded' && one.status === 'True')
  );
}
