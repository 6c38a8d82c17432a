import type { HookHandler } from '../api/hooks.ts';
import { StashError } from '../errors/error.ts';
import { DEFAULT_HOOK_TIMEOUT_MS, runHook } from '../hooks/hook.ts';
import type { Summary } from '../hooks/summary.ts';
import type { ConditionChange } from './conditions.ts';
import { conditionOf } from './conditions.ts';
import type { Context } from './context.ts';
import type { TargetKey } from './platform-port.ts';

/** A hook that is due, for one target or (target absent) for a whole batch. */
export interface DueHook {
  hook: HookHandler;
  summary: Summary;
  target: TargetKey | undefined;
}

/** What a list of hooks reports to: the conditions of a session. */
export interface HookHost {
  ctx: Context;
  signal: AbortSignal;
  conditions: Parameters<typeof conditionOf>[0];
  /** RFC 3339: what is not done then is stopped. Absent for hooks that come after the work, which may have failed for that very reason. */
  deadline?: string | undefined;
  /** Records the outcome and saves it. */
  settle(change: ConditionChange): Promise<void>;
}

/**
 * Runs the hooks of one kind, in order, once a session: the condition of that type says that they ran, and how it ended. After a crash in
 * the middle they run once more, and so after the operator stopped in the middle. The first that fails keeps the rest from running, unless
 * `all` says that each of them is due for itself. Throws what the first one failed with, after it is recorded, and again when asked again.
 */
export async function runHooksOnce(host: HookHost, type: string, hooks: readonly DueHook[], { all = false } = {}): Promise<void> {
  const known = conditionOf(host.conditions, type);
  // Killed between this condition and the end of the session: what failed then must not count as done now.
  if (known?.status === 'False') throw new StashError('HookFailed', known.message);
  if (hooks.length === 0 || known !== undefined) return;
  const failures: unknown[] = [];
  for (const due of hooks) {
    if (failures.length > 0 && !all) break;
    try {
      await call(host, due);
    } catch (thrown) {
      if (host.signal.aborted) throw thrown;
      failures.push(thrown);
    }
  }
  if (failures.length > 0) {
    const [first] = failures;
    await host.settle({ type, status: 'False', reason: 'HookExecutionFailed', message: (first as Error).message });
    throw first;
  }
  await host.settle({
    type,
    status: 'True',
    reason: 'HookExecutionSucceeded',
    message: hooks.length === 1 ? 'the hook succeeded' : `${hooks.length} hooks succeeded`,
  });
}

async function call({ ctx, signal, deadline }: HookHost, { hook, summary, target }: DueHook): Promise<void> {
  const left = () => (deadline === undefined ? Number.POSITIVE_INFINITY : Date.parse(deadline) - ctx.clock.now().getTime());
  try {
    await runHook(hook, summary, {
      signal,
      timeoutMs: Math.min(DEFAULT_HOOK_TIMEOUT_MS, Math.max(1, left())),
      exec: async (command, options) => {
        const ended = await ctx.platform.exec(target, [...command], {
          ...(options.containerName === undefined ? {} : { container: options.containerName }),
          signal: options.signal,
          namespace: summary.namespace,
        });
        return { ...ended, output: ctx.log.redacted(ended.output) };
      },
    });
  } catch (cause) {
    if (left() > 0 || signal.aborted) throw cause;
    throw new StashError('DeadlineExceeded', `the hook was not done at the session's deadline ${deadline} and was stopped`, { cause });
  }
}
