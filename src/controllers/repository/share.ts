import { keyOf } from '../../api/object.ts';
import type { Repository } from '../../api/repository.ts';
import type { Context } from '../context.ts';

type Sharing = Pick<Context, 'desk' | 'gates'>;

/**
 * Lets `who`, who asked at `since` (milliseconds), use a repository beside others. False while maintenance has it or waits for it, and while
 * one that failed is owed to who came after it.
 */
export function share(ctx: Sharing, repository: Repository, who: string, since: number): boolean {
  return !maintenanceOwed(ctx, repository, since) && ctx.gates.tryShare(keyOf(repository), who);
}

/**
 * A maintenance that failed may have left a lock of a process that has ended, which keeps everybody out. Who comes after that waits for one
 * more attempt, which takes the lock away; if that fails as well, they see for themselves.
 */
export function maintenanceOwed({ desk }: Pick<Context, 'desk'>, repository: Repository, since: number): boolean {
  const { phase, maintenance } = repository.status ?? {};
  const failedBefore = maintenance?.phase === 'Failed' && Date.parse(maintenance.endTime ?? '') < since;
  // One that cannot be used gets no maintenance.
  return phase === 'Ready' && failedBefore && desk.ended(keyOf(repository)).length > 0;
}
