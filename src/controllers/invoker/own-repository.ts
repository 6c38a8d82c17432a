import { keyText } from '../../api/object.ts';
import { local } from '../../engine/backends/local.ts';
import { StashError } from '../../errors/error.ts';
import type { Invoker } from '../../rules/invoker.ts';
import { pathIntoRepository } from '../../rules/own-repository.ts';
import type { Context } from '../context.ts';

/** A Repository in a directory of this machine that one of the targets reads: each backup would store those before it. */
export async function ownRepositoryProblems(ctx: Pick<Context, 'store'>, invoker: Invoker): Promise<string[]> {
  const problems: string[] = [];
  for (const ref of invoker.repositories) {
    const place = await placeOf(ctx, ref);
    if (place === undefined) continue;
    for (const { target } of invoker.members.filter((member) => member.target?.ref?.kind === 'Host')) {
      const path = pathIntoRepository(target?.paths ?? [], target?.exclude ?? [], place);
      if (path !== undefined)
        problems.push(
          `path "${path}" of target ${target?.ref?.name} holds its own Repository ${keyText(ref)} (${place}), or is in it: add ${place} to target.exclude, or keep the Repository elsewhere`,
        );
    }
  }
  return problems;
}

async function placeOf(ctx: Pick<Context, 'store'>, ref: { namespace: string; name: string }): Promise<string | undefined> {
  const spec = (await ctx.store.get('Repository', ref))?.spec.backend.local;
  try {
    return spec === undefined ? undefined : local(spec).url;
  } catch (thrown) {
    // What is wrong with it the Repository itself says.
    if (thrown instanceof StashError) return undefined;
    throw thrown;
  }
}
