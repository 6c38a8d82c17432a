import { StashError } from '../../errors/error.ts';
import { CONDITIONS, conditionOf } from '../conditions.ts';
import { waitedFor } from '../waited.ts';
import type { SessionRun } from './session-run.ts';

/** As long as a rollout may take where nobody says otherwise (progressDeadlineSeconds). */
const ROLLOUT_MS = 600_000;

/** Whether a target that has no host just now is waited for (any longer); the session's conditions say so, and why it has none. */
export function mayAwait(run: SessionRun, why: string): boolean {
  const waiting = conditionOf(run.status.conditions, CONDITIONS.backupTargetFound);
  const may = waitedFor(waiting, run.ctx.startedAt, run.now) <= ROLLOUT_MS;
  run.condition(CONDITIONS.backupTargetFound, may ? 'Unknown' : false, 'TargetNotReady', why);
  return may;
}

/** Every target has its hosts. */
export function awaitNoMore(run: SessionRun): void {
  if (conditionOf(run.status.conditions, CONDITIONS.backupTargetFound)?.status !== 'Unknown') return;
  run.condition(CONDITIONS.backupTargetFound, true, 'TargetAvailable', 'every target has its hosts');
}

export function awaitedTooLong(why: string): StashError {
  return new StashError('TargetNotReady', `target: ${why}; it was waited for ${ROLLOUT_MS / 60_000} minutes`);
}
