import type { RestoreSession, RestoreSessionStatus } from '../../api/restore-session.ts';
import { type ConditionChange, withCondition } from '../conditions.ts';
import { type Context, timeText } from '../context.ts';
import { patchStatus } from '../patch-status.ts';
import type { PhaseOutcome } from '../phase-outcome.ts';
import { restoreTargets, type TargetKey } from '../platform-port.ts';

export { fail, NEXT, wait } from '../phase-outcome.ts';

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

/** Invalid: nothing was touched, and nothing will be before the spec is another. */
export type RestoreOutcome = PhaseOutcome<'Succeeded' | 'Failed' | 'Invalid'>;

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
    target: restoreTargets(session.spec.target, namespace)[0],
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
