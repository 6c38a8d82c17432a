import { keyOf, type ObjectKey } from '../../api/object.ts';
import type { RestoreBatch, RestoreMemberStatus } from '../../api/restore-batch.ts';
import type { RestoreSession } from '../../api/restore-session.ts';
import { asStashError } from '../../errors/error.ts';
import { shouldRun } from '../../hooks/policy.ts';
import { formatDuration } from '../../rules/duration.ts';
import { type Controller, DONE, ownerKeys, type Result, requeueAfter } from '../../runtime/controller.ts';
import { CONDITIONS, withCondition } from '../conditions.ts';
import { type Context, timeText } from '../context.ts';
import { type DueHook, runHooksOnce } from '../hook-call.ts';
import { patchStatus } from '../patch-status.ts';
import { hasEnded } from '../restore-session/reconcile.ts';
import { memberSession } from './objects.ts';

/** A batch makes one RestoreSession a member, side by side or one after another, and sums them up. */
export function restoreBatchController(ctx: Context): Controller {
  return {
    name: 'restore-batch',
    kind: 'RestoreBatch',
    watches: [{ kind: 'RestoreSession', map: (session) => ownerKeys(session, 'RestoreBatch') }],
    reconcile: (key, { signal }) => reconcile(key, ctx, signal),
  };
}

async function reconcile(key: ObjectKey, ctx: Context, signal: AbortSignal): Promise<Result> {
  const stored = await ctx.store.get('RestoreBatch', key);
  const phase = stored?.status?.phase ?? 'Pending';
  if (stored === undefined || stored.metadata.deletionTimestamp !== undefined || (phase !== 'Pending' && phase !== 'Running')) return DONE;
  let batch: RestoreBatch = stored;
  const write = async (change: Partial<NonNullable<RestoreBatch['status']>>) => {
    batch = await patchStatus(ctx, 'RestoreBatch', batch, { ...batch.status, ...change });
  };
  if (phase === 'Pending') {
    await write({ phase: 'Running', startTime: timeText(ctx.clock.now()) });
    await ctx.events.record(batch, 'Normal', 'RestoreStarted', `${batch.spec.members?.length ?? 0} members`);
  }
  const hooks = async (type: string, due: DueHook[]) => {
    const settle = async (change: Parameters<typeof withCondition>[1]) =>
      write({ conditions: withCondition(batch.status?.conditions, change, timeText(ctx.clock.now())) });
    await runHooksOnce({ ctx, signal, conditions: batch.status?.conditions, settle }, type, due);
  };
  try {
    const before = batch.spec.hooks?.preRestore;
    await hooks(
      CONDITIONS.globalPreRestoreHook,
      before === undefined ? [] : [{ hook: before, summary: summaryOf(batch, 'Running', '', ctx.clock.now()), target: undefined }],
    );
    const sessions = await memberSessions(ctx, batch);
    await write({ members: sessions.map((session, index) => memberStatus(batch, index, session)) });
    if (sessions.length < (batch.spec.members?.length ?? 0) || !sessions.every(hasEnded))
      return requeueAfter(60_000, 'members are restored');
    const failed = sessions.filter((session) => session.status?.phase !== 'Succeeded');
    const message = failed
      .map(
        (session) =>
          `${session.spec.target?.ref?.kind}/${session.spec.target?.ref?.name}: ${session.status?.reason}: ${session.status?.message}`,
      )
      .join('; ');
    const outcome = failed.length === 0 ? 'Succeeded' : 'Failed';
    const after = batch.spec.hooks?.postRestore;
    const hook = async () => {
      if (after === undefined || !shouldRun(after.executionPolicy, { phase: outcome, retryLeft: 0 })) return;
      const summary = summaryOf(batch, outcome, message, ctx.clock.now());
      await hooks(CONDITIONS.globalPostRestoreHook, [{ hook: after, summary, target: undefined }]);
    };
    await hook().catch((thrown: unknown) => {
      // What the members failed with is what a person has to know; the condition has what the hook failed with.
      if (failed.length === 0 || signal.aborted || PASSING.has(asStashError(thrown).code)) throw thrown;
    });
    await end(
      ctx,
      batch,
      outcome,
      failed[0]?.status?.reason ?? 'Restored',
      message === '' ? `${sessions.length} members were restored` : message,
    );
  } catch (thrown) {
    const error = asStashError(thrown);
    if (signal.aborted || PASSING.has(error.code)) throw thrown;
    await end(ctx, batch, 'Failed', error.code, `${error.message}. ${error.remedy}`);
  }
  return DONE;
}

/** Not the batch's fault: the reconcile is repeated. */
const PASSING: ReadonlySet<string> = new Set(['Conflict', 'AlreadyExists', 'StoreUnavailable', 'Internal']);

/** Those there are, and those whose turn it is: a failure does not stop the rest, as in Stash. */
async function memberSessions(ctx: Context, batch: RestoreBatch): Promise<RestoreSession[]> {
  const sessions: RestoreSession[] = [];
  for (const index of (batch.spec.members ?? []).keys()) {
    const wanted = memberSession(batch, index);
    const session = (await ctx.store.get('RestoreSession', keyOf(wanted))) ?? (await ctx.store.create('RestoreSession', wanted));
    sessions.push(session);
    if (batch.spec.executionOrder === 'Sequential' && !hasEnded(session)) break;
  }
  return sessions;
}

function memberStatus(batch: RestoreBatch, index: number, { status }: RestoreSession): RestoreMemberStatus {
  const target = batch.spec.members?.[index]?.target;
  const phase = status?.phase === 'Invalid' ? 'Failed' : (status?.phase ?? 'Pending');
  return {
    ref: target?.ref ?? {},
    ...(target?.alias === undefined ? {} : { alias: target.alias }),
    phase,
    ...(status?.totalHosts === undefined ? {} : { totalHosts: status.totalHosts }),
    conditions: status?.conditions ?? [],
    stats: status?.stats ?? [],
  };
}

async function end(ctx: Context, batch: RestoreBatch, phase: 'Succeeded' | 'Failed', reason: string, message: string): Promise<void> {
  const now = ctx.clock.now();
  const started = Date.parse(batch.status?.startTime ?? timeText(now));
  const sessionDuration = formatDuration(Math.floor((now.getTime() - started) / 1000) * 1000);
  const ended = await patchStatus(ctx, 'RestoreBatch', batch, {
    ...batch.status,
    phase,
    reason,
    message,
    endTime: timeText(now),
    sessionDuration,
  });
  await ctx.events.record(ended, phase === 'Succeeded' ? 'Normal' : 'Warning', `Restore${phase}`, `${reason}: ${message}`);
}

function summaryOf({ metadata, status }: RestoreBatch, phase: string, error: string, now: Date): DueHook['summary'] {
  const namespace = metadata.namespace ?? '';
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(status?.startTime ?? '')) / 1000));
  return {
    name: metadata.name,
    namespace,
    invoker: { apiGroup: 'stash.appscode.com', kind: 'RestoreBatch', name: metadata.name },
    target: { apiVersion: '', kind: '', name: '', namespace: '' },
    status: { phase, duration: `${seconds}s`, error },
    retryLeft: 0,
  };
}
