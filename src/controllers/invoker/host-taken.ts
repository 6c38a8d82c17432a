import { keyText } from '../../api/object.ts';
import { type Invoker, invokerOf } from '../../rules/invoker.ts';
import type { Context } from '../context.ts';
import { targetKey, targetText } from '../platform-port.ts';

/**
 * In one restic repository the same host name may not stand for two targets: their snapshots could not be told apart. Of two that want it
 * the older one has it; of two made in the same second the first by name.
 */
export async function hostProblems(ctx: Pick<Context, 'store'>, invoker: Invoker): Promise<string[]> {
  const problems: string[] = [];
  const mine = hostsOf(invoker);
  const seen = new Map<string, string>();
  for (const { host, target } of mine) {
    const other = seen.get(host);
    if (other === target) problems.push(`target ${target} is named twice`);
    else if (other !== undefined)
      problems.push(`targets ${other} and ${target} have the same host name "${host}" (HostTaken): give one another target.alias`);
    seen.set(host, target);
  }
  const wanted = new Map(mine.map(({ host, target }) => [host, target]));
  for (const ref of invoker.repositories) {
    for (const other of await olderUsers(ctx, invoker, ref))
      for (const theirs of hostsOf(other)) {
        const target = wanted.get(theirs.host);
        if (target !== undefined && target !== theirs.target)
          problems.push(
            `Repository ${keyText(ref)} already has host "${theirs.host}" of ${theirs.target}, by ${other.kind} ${other.name} (HostTaken): give ${target} another target.alias or another Repository`,
          );
      }
  }
  return [...new Set(problems)];
}

function hostsOf(invoker: Invoker): { host: string; target: string }[] {
  return invoker.members.map((member) => ({
    host: member.target?.alias ?? 'host',
    target: targetText(targetKey(member.target?.ref ?? {}, invoker.namespace)),
  }));
}

/** A Repository is used from its own namespace alone. */
async function olderUsers(ctx: Pick<Context, 'store'>, invoker: Invoker, ref: { namespace: string; name: string }): Promise<Invoker[]> {
  const { namespace } = ref;
  const lists = await Promise.all([ctx.store.list('BackupConfiguration', { namespace }), ctx.store.list('BackupBatch', { namespace })]);
  const all = lists.flat();
  const own = all.find((one) => one.metadata.uid === invoker.uid);
  const age = ({ metadata }: (typeof all)[number]) => [metadata.creationTimestamp ?? '', metadata.name, metadata.uid].join('\n');
  return all
    .filter((one) => one !== own && (own === undefined || age(one) < age(own)))
    .filter((one) => [...(one.spec.repositories ?? []), one.spec.repository].some((used) => used?.name === ref.name))
    .map(invokerOf);
}
