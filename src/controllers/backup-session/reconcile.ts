import type { BackupBatch } from '../../api/backup-batch.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { BackupSession } from '../../api/backup-session.ts';
import { keyOf, keyText, type ObjectKey } from '../../api/object.ts';
import { isCode, StashError } from '../../errors/error.ts';
import { parseDuration } from '../../rules/duration.ts';
import { apart } from '../../rules/elapsed.ts';
import { type Controller, DONE, type Result, requeueAfter } from '../../runtime/controller.ts';
import { type Context, timeText } from '../context.ts';
import { ensureFinalizer, removeFinalizer } from '../finalizer.ts';
import { failedHost } from '../host-report.ts';
import { UNFINISHED_BACKUPS } from '../indexes.ts';
import { hasEnded } from '../invoker/history.ts';
import { retryOf } from '../invoker/objects.ts';
import { patchStatus } from '../patch-status.ts';
import { type Ending, ended } from '../phase-outcome.ts';
import { needsRecording } from '../repository/sessions.ts';
import { finish } from './finish.ts';
import { preBackupHooks } from './hooks.ts';
import { runHosts } from './hosts.ts';
import { logTick } from './log-tick.ts';
import { maintenanceOutcomes, markRecorded } from './recorded.ts';
import { askRoles } from './roles.ts';
import { fail, openSession, purposeOfSession, type SessionOutcome, type SessionRun } from './session-run.ts';
import { start } from './start.ts';
import { isHostDone, targetPhase } from './status.ts';

/** The life of a session, in order; each phase lets it pass, makes it wait, or ends it. */
const PHASES: readonly { name: string; run: (run: SessionRun) => Promise<SessionOutcome> }[] = [
  { name: 'Start', run: start },
  { name: 'Roles', run: askRoles },
  { name: 'PreBackupHooks', run: preBackupHooks },
  { name: 'Hosts', run: runHosts },
  { name: 'Finish', run: finish },
];

const LOG_PHASES: typeof PHASES = [{ name: 'LogTick', run: logTick }];

export function backupSessionController(ctx: Context): Controller {
  // Who is to be woken, kept here: to list all sessions for every one that ends would cost the square of their number at the start.
  const unsettled = new Map<string, ObjectKey>();
  const waiting = () => [...unsettled.values()];
  return {
    name: 'backup-session',
    kind: 'BackupSession',
    watches: [
      // What frees a slot or a repository lets somebody else in.
      { kind: 'BackupSession', map: (session) => (hasEnded(session) || session.status?.phase === 'DataStored' ? waiting() : []) },
      { kind: 'RestoreSession', map: (session) => (session.status?.phase === 'Running' ? [] : waiting()) },
      {
        kind: 'Repository',
        map: (repository) => waiting().filter((key) => key.namespace === repository.metadata.namespace),
      },
      { kind: 'BackupConfiguration', map: (invoker) => unfinishedOf(ctx, invoker) },
      { kind: 'BackupBatch', map: (invoker) => unfinishedOf(ctx, invoker) },
    ],
    reconcile: async (key, { signal }) => {
      unsettled.set(keyText(key), key);
      const result = await reconcile(key, ctx, signal);
      const session = await ctx.store.get('BackupSession', key);
      if (session === undefined || isSettled(session)) unsettled.delete(keyText(key));
      return result;
    },
  };
}

/** What it says of its logs, sessions by hand wait for. */
async function unfinishedOf(ctx: Context, { kind, metadata, status }: BackupConfiguration | BackupBatch): Promise<ObjectKey[]> {
  if (status?.execOps?.some(({ operation }) => operation === 'Log') !== true) return [];
  const key = `${kind}/${metadata.namespace}/${metadata.name}`;
  return (await ctx.store.view('BackupSession', { having: { index: UNFINISHED_BACKUPS, key } })).map(keyOf);
}

/** Neither a free slot nor a Repository is anything to it. */
function isSettled(session: BackupSession): boolean {
  if (session.metadata.deletionTimestamp !== undefined) return false;
  return session.status?.phase === 'Running' || (hasEnded(session) && !needsRecording(session));
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
  for (const phase of run.operation === 'Log' ? LOG_PHASES : PHASES) {
    const outcome = await phase.run(run);
    if (outcome.type === 'next') continue;
    if (outcome.type === 'end') Object.assign(run.status, ended(run.status.startTime, outcome, ctx.clock.now()));
    await run.save();
    if (outcome.type === 'wait') return requeueAfter(outcome.ms, `${phase.name}: ${outcome.why}`);
    const type = outcome.phase === 'Failed' ? 'Warning' : 'Normal';
    await ctx.events.record(
      run.session,
      type,
      `Backup${outcome.phase}`,
      outcome.told ?? (outcome.message === '' ? outcome.reason : `${outcome.reason}: ${outcome.message}`),
    );
    return afterwards(ctx, run.session, signal);
  }
  return DONE;
}

/** A session that cannot even begin, or whose configuration is gone while it runs. */
async function impossible(ctx: Context, session: BackupSession, outcome: Ending<'Failed'>, signal: AbortSignal): Promise<Result> {
  const time = ctx.clock.now().toISOString();
  const stopped = new StashError('Canceled', outcome.message);
  const targets = (session.status?.targets ?? []).map((target) => {
    const stats = (target.stats ?? []).map((host) => (isHostDone(host) ? host : failedHost(host, stopped, time)));
    return { ...target, stats, phase: targetPhase(stats) };
  });
  const failed = await patchStatus(ctx, 'BackupSession', session, {
    ...session.status,
    ...(session.status?.targets === undefined ? {} : { targets }),
    ...ended(session.status?.startTime, outcome, ctx.clock.now()),
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
  const again = retryOf(run.invoker, { ...session, spec: { ...spec, alias: run.line.alias } });
  await ctx.store.create('BackupSession', again).catch((error: unknown) => {
    if (!isCode(error, 'AlreadyExists')) throw error;
  });
  const retried = await patchStatus(ctx, 'BackupSession', session, { ...status, retried: true });
  await ctx.events.record(retried, 'Normal', 'BackupRetried', `session ${again.metadata.name} repeats it`);
  return DONE;
}

/** How long a session that is deleted stays for its snapshots to be recorded. Where no maintenance can run they end up unexplained. */
const RECORDS_WAIT_MS = 600_000;

/** A session that goes: what runs for it is stopped first, and what it stored is in the records first. */
async function remove(ctx: Context, session: BackupSession): Promise<Result> {
  const purpose = purposeOfSession(session);
  const running = (session.status?.targets ?? []).flatMap((target) => (target.stats ?? []).filter((host) => host.phase === 'Running'));
  const alive = running.filter((host) => host.orderID !== undefined && ctx.desk.report(host.orderID)?.state === 'Running');
  for (const host of alive) ctx.desk.cancel(host.orderID ?? '', 'the session was deleted');
  if (alive.length > 0) return requeueAfter(5_000, 'agents stop');
  const since = apart(session.metadata.deletionTimestamp ?? '', ctx.clock.now());
  if (since < RECORDS_WAIT_MS && (await recordsPending(ctx, session))) {
    ctx.gates.release(purpose);
    return requeueAfter(10_000, 'its snapshots go into the records');
  }
  ctx.desk.drop(purpose);
  ctx.gates.release(purpose);
  await removeFinalizer(ctx, 'BackupSession', session);
  return DONE;
}

/** Whether a Repository that is there still has to take something of the session into its records. */
async function recordsPending(ctx: Context, session: BackupSession): Promise<boolean> {
  if (!needsRecording(session)) return false;
  const outcomes = await maintenanceOutcomes(ctx, session);
  return outcomes.some(({ phase, found }) => found && phase !== 'Recorded');
}
