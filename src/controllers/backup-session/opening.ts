import { StashError } from '../../errors/error.ts';
import type { RepositoryRef } from '../../orders/order.ts';
import type { OrderError } from '../../orders/report.ts';
import { CONDITIONS, conditionOf } from '../conditions.ts';
import type { OpenedRepository } from '../repository/open.ts';
import { openingTooLong, usable } from '../repository/usable.ts';
import { pending, type SessionOutcome, type SessionRun } from './session-run.ts';

const CONDITION = CONDITIONS.backendRepositoryInitialized;

/** When the session was made, in milliseconds. What failed before may be mended, and is tried again for it. */
export function askedAt({ session }: Pick<SessionRun, 'session'>): number {
  return Date.parse(session.metadata.creationTimestamp ?? '');
}

export function usableFor(run: SessionRun, opened: OpenedRepository): ReturnType<typeof usable> {
  return usable(opened, askedAt(run), run.now);
}

export function notOpened({ namespace, name }: RepositoryRef): StashError {
  return new StashError('StorageUnreachable', `Repository ${namespace}/${name} was not opened within two minutes`);
}

export function openedTooLate({ ctx, status, now }: SessionRun): boolean {
  return openingTooLong(conditionOf(status.conditions, CONDITION), ctx.startedAt, now);
}

/** Waits for a repository of which nobody knows yet whether it can be used. */
export function stillOpening(run: SessionRun, name: string): SessionOutcome {
  run.condition(CONDITION, 'Unknown', 'RepositoryNotReady', `Repository ${name} is being opened`);
  return pending(run, 'RepositoryNotReady', `Repository ${name} is being opened`);
}

/** `trouble`: of one that cannot be used. */
export function openedAll(run: SessionRun, trouble: Pick<OrderError, 'code' | 'message'> | undefined): void {
  if (trouble === undefined) run.condition(CONDITION, true, 'BackendRepositoryInitialized', 'every repository can be used');
  else run.condition(CONDITION, false, trouble.code, trouble.message);
}
