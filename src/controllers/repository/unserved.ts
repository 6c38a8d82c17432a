import type { Repository } from '../../api/repository.ts';
import { type Result, requeueAfter } from '../../runtime/controller.ts';
import { type Context, timeText } from '../context.ts';
import { patchStatus } from '../patch-status.ts';
import type { probeDue } from './decide.ts';
import type { OpenedRepository } from './open.ts';
import { unusable } from './probe.ts';
import { whileUnserved } from './status.ts';

/**
 * What stands for the storage is not there: said in status, and nothing is ordered. One that was Ready stays so while its server is only
 * being started again; runs outlive that as they outlive any storage that is away for a moment.
 */
export async function unserved(
  ctx: Context,
  repository: Repository,
  { unserved: why, secretVersion }: Pick<OpenedRepository, 'secretVersion'> & { unserved: NonNullable<OpenedRepository['unserved']> },
  due: ReturnType<typeof probeDue>,
): Promise<Result> {
  const { phase, error } = repository.status ?? {};
  if ('error' in why) {
    const told = phase === 'NotReady' && error?.code === why.error.code && error.message === why.error.message;
    return told && !due.due ? requeueAfter(due.inMs, why.error.code) : unusable(ctx, repository, why.error, secretVersion);
  }
  if (phase !== 'Ready')
    await patchStatus(ctx, 'Repository', repository, whileUnserved(repository, why.waiting, timeText(ctx.clock.now())));
  return requeueAfter(30_000, why.waiting);
}
