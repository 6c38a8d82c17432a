import type { RestoreSession, RestoreSessionStatus } from '../../api/restore-session.ts';
import { asStashError } from '../../errors/error.ts';
import { type ConditionChange, withCondition } from '../conditions.ts';
import { type Context, timeText } from '../context.ts';
import { patchStatus } from '../patch-status.ts';
import { type TargetKey, targetKey } from '../platform-port.ts';

/** One restore on its way through the phases; `status` is the draft of this reconcile. */
export interface RestoreRun {
  ctx: Context;
  session: RestoreSession;
  status: RestoreSessionStatus;
  target: TargetKey;
  repository: { namespace: string; name: string };
  purpose: string;
  now: Date;
  signal: AbortSignal;
  save(): Promise<void>;
  condition(change: ConditionChange): void;
}

export type RestoreOutcome =
  | { type: 'next' }
  | { type: 'wait'; ms: number; why: string }
  /** Invalid: nothing was touched, and nothing will be before the spec is another. */
  | { type: 'end'; phase: 'Succeeded' | 'Failed' | 'Invalid'; reason: string; message: string };

export const NEXT: RestoreOutcome = { type: 'next' };

export function wait(ms: number, why: string): RestoreOutcome {
  return { type: 'wait', ms, why };
}

export function fail(thrown: unknown, phase: 'Failed' | 'Invalid' = 'Failed'): RestoreOutcome {
  const error = asStashError(thrown);
  return { type: 'end', phase, reason: error.code, message: `${error.message}. ${error.remedy}` };
}

export function purposeOfRestore(session: RestoreSession): string {
  return `RestoreSession/${session.metadata.namespace}/${session.metadata.name}`;
}

export function openRestore(ctx: Context, session: RestoreSession, signal: AbortSignal): RestoreRun {
  const namespace = session.metadata.namespace ?? '';
  const { repository } = session.spec;
  const now = ctx.clock.now();
  let current = session;
  const run: RestoreRun = {
    ctx,
    session,
    status: structuredClone(session.status ?? {}),
    target: targetKey(session.spec.target?.ref ?? {}, namespace),
    repository: { namespace: repository?.namespace ?? namespace, name: repository?.name ?? '' },
    purpose: purposeOfRestore(session),
    now,
    signal,
    save: async () => {
      current = await patchStatus(ctx, 'RestoreSession', current, structuredClone(run.status));
      run.session = current;
    },
    condition: (change) => {
      run.status.conditions = withCondition(run.status.conditions, change, timeText(now));
    },
  };
  return run;
}
