import { keyOf } from '../../api/object.ts';
import { asStashError, StashError } from '../../errors/error.ts';
import { shouldRun } from '../../hooks/policy.ts';
import type { Summary } from '../../hooks/summary.ts';
import { isBroken } from '../../rules/restore-gate.ts';
import { CONDITIONS } from '../conditions.ts';
import { type DueHook, type HookHost, runHooksOnce } from '../hook-call.ts';
import { whileKept } from '../while-kept.ts';
import { fail, NEXT, type RestoreOutcome, type RestoreRun, wait } from './restore-run.ts';

export async function preRestoreHook(run: RestoreRun): Promise<RestoreOutcome> {
  if (run.status.phase !== 'Running') return NEXT;
  const hook = run.session.spec.hooks?.preRestore;
  try {
    const kept = await whileKept(run.ctx, { kind: 'RestoreSession', key: keyOf(run.session) }, run.signal, (signal) =>
      runHooksOnce(
        { ...hostOf(run), signal, deadline: run.status.sessionDeadline },
        CONDITIONS.preRestoreHook,
        hook === undefined ? [] : [{ hook, summary: summaryOf(run, 'Running', ''), target: run.target }],
      ),
    );
    return kept === 'deleted' ? wait(0, 'the session was deleted') : NEXT;
  } catch (thrown) {
    if (run.signal.aborted) throw thrown;
    return fail(thrown);
  }
}

/** The end: the hook after it as its executionPolicy says, then Succeeded or Failed. */
export async function finish(run: RestoreRun): Promise<RestoreOutcome> {
  const failure = firstFailure(run);
  const hookFailure = await postRestoreHook(run, failure);
  const error = failure ?? hookFailure;
  const files = (run.status.stats ?? []).reduce((sum, host) => sum + (host.restored?.files ?? 0), 0);
  const details = [...(run.status.stats ?? []).flatMap((host) => host.message ?? []), ...incompleteness(run)];
  const message = [`${files} files and directories were restored`, ...details].join('; ');
  run.condition({
    type: CONDITIONS.restoreCompleted,
    status: error === undefined ? 'True' : 'False',
    reason: error?.code ?? 'PostRestoreTasksExecuted',
    message: error?.message ?? message,
  });
  if (error !== undefined) return fail(heldBack(run) ? withWayOut(error, run) : error);
  return { type: 'end', phase: 'Succeeded', reason: 'Restored', message };
}

/** After a failure the application stays stopped: what is half restored must not be served. */
function heldBack({ ctx, target, status }: RestoreRun): boolean {
  return (ctx.platform.heldBackKinds ?? []).includes(target.kind) && (status.stats ?? []).some(isBroken);
}

function withWayOut(error: StashError, { target, session }: RestoreRun): StashError {
  const message = `${error.message}; the pods of ${target.kind} ${target.name} that have this data do not start until a newer RestoreSession succeeds, or ${session.metadata.name} is deleted`;
  return new StashError(error.code, message, { cause: error, remedy: error.remedy });
}

/** What a person must know of snapshots in which something is missing. */
function incompleteness({ status }: RestoreRun): string[] {
  const short = (id: string) => id.slice(0, 8);
  return (status.plan ?? []).flatMap((host) => [
    ...host.snapshots
      .filter((one) => one.incomplete)
      .map(({ id }) => `snapshot ${short(id)} is incomplete: some files could not be read when it was made`),
    ...(host.passedOver ?? []).map((id) => `the newer snapshot ${short(id)} is incomplete and was not used`),
  ]);
}

async function postRestoreHook(run: RestoreRun, failure: StashError | undefined): Promise<StashError | undefined> {
  const hook = run.session.spec.hooks?.postRestore;
  const phase = failure === undefined ? 'Succeeded' : 'Failed';
  if (hook === undefined || !shouldRun(hook.executionPolicy, { phase, retryLeft: 0 })) return undefined;
  const due: DueHook = { hook, summary: summaryOf(run, phase, failure?.message ?? ''), target: run.target };
  try {
    await runHooksOnce(hostOf(run), CONDITIONS.postRestoreHook, [due]);
    return undefined;
  } catch (thrown) {
    if (run.signal.aborted) throw thrown;
    return asStashError(thrown);
  }
}

function firstFailure(run: RestoreRun): StashError | undefined {
  const failed = (run.status.stats ?? []).find((host) => host.phase === 'Failed');
  if (failed === undefined) return undefined;
  const where = (run.status.stats ?? []).length === 1 ? '' : `${failed.hostname}: `;
  return new StashError((failed.errorCode ?? 'Internal') as StashError['code'], `${where}${failed.error}`, { remedy: failed.remedy ?? '' });
}

function hostOf(run: RestoreRun): HookHost {
  return {
    ctx: run.ctx,
    signal: run.signal,
    conditions: run.status.conditions,
    settle: async (change) => {
      run.condition(change);
      await run.save();
    },
  };
}

function summaryOf(run: RestoreRun, phase: string, error: string): Summary {
  const { metadata, spec } = run.session;
  const { kind, namespace, name } = run.target;
  const seconds = Math.max(0, Math.round((run.now.getTime() - Date.parse(run.status.startTime ?? '')) / 1000));
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    invoker: { apiGroup: 'stash.appscode.com', kind: 'RestoreSession', name: metadata.name },
    target: { apiVersion: spec.target?.ref?.apiVersion ?? '', kind, name, namespace },
    status: { phase, duration: `${seconds}s`, error },
    retryLeft: 0,
  };
}
