import type { Repository } from '../../api/repository.ts';
import { StashError } from '../../errors/error.ts';
import type { RepositoryRef } from '../../orders/order.ts';
import type { OrderError } from '../../orders/report.ts';
import { CONDITIONS, conditionOf } from '../conditions.ts';
import { type OpenedRepository, openRepository } from '../repository/open.ts';
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

/** A repository of the session and why it cannot be used, if so; or the wait for one of which nobody knows that yet. Throws why it cannot be opened. */
export async function lookAt(
  run: SessionRun,
  ref: RepositoryRef,
): Promise<{ repository: Repository; trouble?: OrderError } | { waiting: SessionOutcome }> {
  const opened = await openRepository(run.ctx, ref, run.session.metadata.namespace ?? '');
  const verdict = usableFor(run, opened);
  if (verdict === 'NotKnownYet') return { waiting: stillOpening(run, ref) };
  return { repository: opened.repository, ...(verdict === 'Ready' ? {} : { trouble: verdict }) };
}

function stillOpening(run: SessionRun, { namespace, name }: RepositoryRef): SessionOutcome {
  if (openingTooLong(conditionOf(run.status.conditions, CONDITION), run.ctx.startedAt, run.now))
    throw new StashError('StorageUnreachable', `Repository ${namespace}/${name} was not opened within two minutes`);
  const message = `Repository ${name} is being opened`;
  run.condition(CONDITION, 'Unknown', 'RepositoryNotReady', message);
  return pending(run, 'RepositoryNotReady', message);
}

export function underMaintenance(run: SessionRun, { metadata }: Repository): SessionOutcome {
  return pending(run, 'RepositoryBusy', `waits for the maintenance of Repository ${metadata.name}`);
}

/** `trouble`: of one that cannot be used. */
export function openedAll(run: SessionRun, trouble: Pick<OrderError, 'code' | 'message'> | undefined): void {
  if (trouble === undefined) run.condition(CONDITION, true, 'BackendRepositoryInitialized', 'every repository can be used');
  else run.condition(CONDITION, false, trouble.code, trouble.message);
}
