import type { BackupTargetStatus } from '../../api/backup-target-status.ts';
import type { HookHandler, PostBackupHook } from '../../api/hooks.ts';
import { keyOf } from '../../api/object.ts';
import { asStashError, type StashError } from '../../errors/error.ts';
import { shouldRun } from '../../hooks/policy.ts';
import type { Summary } from '../../hooks/summary.ts';
import { CONDITIONS } from '../conditions.ts';
import { type DueHook, type HookHost, runHooksOnce } from '../hook-call.ts';
import { targetKey } from '../platform-port.ts';
import { whileKept } from '../while-kept.ts';
import { memberOf } from './order.ts';
import { fail, NEXT, type SessionOutcome, type SessionRun, wait } from './session-run.ts';

/** Before anything is read: the batch's hook, then each target's. A failure ends the session before a host was touched. */
export async function preBackupHooks(run: SessionRun): Promise<SessionOutcome> {
  if (run.status.phase !== 'Running') return NEXT;
  try {
    const kept = await whileKept(run.ctx, { kind: 'BackupSession', key: keyOf(run.session) }, run.signal, async (signal) => {
      const host = { ...hostOf(run), signal, deadline: run.status.sessionDeadline };
      await runHooksOnce(host, CONDITIONS.globalPreBackupHook, due(run, run.invoker.globalHooks?.preBackup, undefined, 'Running'));
      const targets = run.status.targets ?? [];
      await runHooksOnce(
        host,
        CONDITIONS.preBackupHook,
        // One whose role is not clear is not touched.
        targets
          .filter(({ phase }) => phase !== 'Failed')
          .flatMap((target) => due(run, memberOf(run, target).hooks?.preBackup, target, 'Running')),
      );
    });
    return kept === 'deleted' ? wait(0, 'the session was deleted') : NEXT;
  } catch (thrown) {
    if (run.signal.aborted) throw thrown;
    return fail(thrown);
  }
}

/**
 * After the hosts: each target's hook, then the batch's, as their executionPolicy says. One that fails keeps no other from running: each
 * may have to undo what the hook before the backup did. Answers with what the first one failed with.
 */
export async function postBackupHooks(run: SessionRun, failure: string | undefined): Promise<unknown> {
  const wanted = (hook: PostBackupHook | undefined, phase: string) =>
    hook !== undefined && shouldRun(hook.executionPolicy, { phase, retryLeft: run.session.spec.retryLeft ?? 0 }) ? hook : undefined;
  const ofTargets = (run.status.targets ?? []).flatMap((target) => {
    const its = target.phase === 'Failed' ? 'Failed' : 'Succeeded';
    return due(
      run,
      wanted(memberOf(run, target).hooks?.postBackup, its),
      target,
      its,
      target.stats?.find((host) => host.phase === 'Failed')?.error,
    );
  });
  const first = await failureOf(run, CONDITIONS.postBackupHook, ofTargets);
  const error = failure ?? first?.message;
  const phase = error === undefined ? 'Succeeded' : 'Failed';
  const ofBatch = due(run, wanted(run.invoker.globalHooks?.postBackup, phase), undefined, phase, error);
  const last = await failureOf(run, CONDITIONS.globalPostBackupHook, ofBatch);
  return first ?? last;
}

export function hasPostHooks({ invoker }: SessionRun): boolean {
  return [invoker.globalHooks, ...invoker.members.map(({ hooks }) => hooks)].some((hooks) => hooks?.postBackup !== undefined);
}

async function failureOf(run: SessionRun, type: string, hooks: readonly DueHook[]): Promise<StashError | undefined> {
  try {
    await runHooksOnce(hostOf(run), type, hooks, { all: true });
    return undefined;
  } catch (thrown) {
    if (run.signal.aborted) throw thrown;
    return asStashError(thrown);
  }
}

function hostOf(run: SessionRun): HookHost {
  return {
    ctx: run.ctx,
    signal: run.signal,
    conditions: run.status.conditions,
    settle: async (change) => {
      run.condition(change.type, change.status === 'True', change.reason, change.message);
      await run.save();
    },
  };
}

type HookPhase = 'Running' | 'Succeeded' | 'Failed';

function due(
  run: SessionRun,
  hook: HookHandler | undefined,
  target: BackupTargetStatus | undefined,
  phase: HookPhase,
  error = '',
): DueHook[] {
  if (hook === undefined) return [];
  const key = target && targetKey(target.ref ?? {}, run.invoker.namespace);
  return [{ hook, summary: summaryOf(run, target, phase, error), target: key }];
}

function summaryOf(run: SessionRun, target: BackupTargetStatus | undefined, phase: HookPhase, error: string): Summary {
  const { apiVersion = '', kind = '', name = '', namespace = run.invoker.namespace } = target?.ref ?? {};
  const started = Date.parse(run.status.startTime ?? '');
  return {
    name: run.session.metadata.name,
    namespace: run.invoker.namespace,
    invoker: { apiGroup: 'stash.appscode.com', kind: run.invoker.kind, name: run.invoker.name },
    target: target === undefined ? { apiVersion: '', kind: '', name: '', namespace: '' } : { apiVersion, kind, name, namespace },
    status: {
      phase,
      duration: `${Math.max(0, Math.round((run.now.getTime() - started) / 1000))}s`,
      error,
    },
    retryLeft: run.session.spec.retryLeft ?? 0,
  };
}
