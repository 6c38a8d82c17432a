import { keyText } from '../../api/object.ts';
import { isCode } from '../../errors/error.ts';
import { DEFAULT_HOST, isHostOf, sharesHosts } from '../../rules/host-name.ts';
import { type Invoker, invokerOf, type Member } from '../../rules/invoker.ts';
import { serversOf } from '../../rules/replicated-servers.ts';
import { applicationOf } from '../catalog.ts';
import type { Context } from '../context.ts';
import { INVOKERS_BY_REPOSITORY, invokersHaving } from '../indexes.ts';
import { targetKey, targetText } from '../platform-port.ts';

/**
 * In one restic repository the same host name may not stand for two targets: their snapshots could not be told apart. Of two that want it
 * the older one has it; of two made in the same second the first by name.
 */
export async function hostProblems(ctx: Pick<Context, 'store'>, invoker: Invoker): Promise<string[]> {
  const problems: string[] = [];
  const mine = await hostsOf(ctx, invoker);
  for (const [index, one] of mine.entries()) {
    for (const other of mine.slice(0, index)) {
      if (other.target === one.target) problems.push(`target ${one.target} is named twice`);
      else if (share(one, other))
        problems.push(
          `targets ${other.target} and ${one.target} have the same host name "${nameOf(one)}" (HostTaken): give one another target.alias`,
        );
    }
  }
  for (const ref of invoker.repositories) {
    for (const user of await olderUsers(ctx, invoker, ref)) {
      for (const theirs of await hostsOf(ctx, user)) {
        const taken = mine.find((one) => one.target !== theirs.target && share(one, theirs));
        if (taken !== undefined)
          problems.push(
            `Repository ${keyText(ref)} already has host "${nameOf(theirs)}" of ${theirs.target}, by ${user.kind} ${user.name} (HostTaken): give ${taken.target} another target.alias or another Repository`,
          );
      }
    }
  }
  return [...new Set(problems)];
}

interface HostClaim {
  alias: string | undefined;
  /** Its hosts are called as the nodes are. */
  nodes: boolean;
  /** They are called as these servers are. */
  servers: readonly string[] | undefined;
  target: string;
}

function share(one: HostClaim, other: HostClaim): boolean {
  if (one.servers !== undefined) return one.servers.some((server) => isCalled(other, server));
  if (other.servers !== undefined) return share(other, one);
  return one.nodes === other.nodes && sharesHosts(one.alias, other.alias);
}

function isCalled({ alias, nodes, servers }: HostClaim, host: string): boolean {
  return servers === undefined ? !nodes && isHostOf(host, alias) : servers.includes(host);
}

function nameOf({ alias, nodes, servers }: HostClaim): string {
  if (servers !== undefined) return servers.join('", "');
  return alias ?? (nodes ? 'NODE' : `${DEFAULT_HOST}-0`);
}

async function hostsOf(ctx: Pick<Context, 'store'>, invoker: Invoker): Promise<HostClaim[]> {
  return Promise.all(
    invoker.members.map(async (member) => ({ ...claimOf(invoker, member), servers: await serversOfMember(ctx, invoker, member) })),
  );
}

/** One that is wrong is told elsewhere. */
async function serversOfMember(ctx: Pick<Context, 'store'>, { namespace }: Invoker, { target }: Member): Promise<string[] | undefined> {
  try {
    return serversOf(await applicationOf(ctx, target, namespace))?.map(({ name }) => name);
  } catch (thrown) {
    if (!isCode(thrown, 'Invalid')) throw thrown;
    return undefined;
  }
}

function claimOf(invoker: Invoker, member: Member): Omit<HostClaim, 'servers'> {
  return {
    alias: member.target?.alias,
    nodes: member.target?.ref?.kind === 'DaemonSet' && member.target.alias === undefined,
    target: targetText(targetKey(member.target?.ref ?? {}, invoker.namespace)),
  };
}

/** A Repository is used from its own namespace alone. */
async function olderUsers(ctx: Pick<Context, 'store'>, invoker: Invoker, ref: { namespace: string; name: string }): Promise<Invoker[]> {
  const all = (await invokersHaving(ctx.store, INVOKERS_BY_REPOSITORY, keyText(ref))).filter(
    ({ metadata }) => metadata.namespace === ref.namespace,
  );
  const own = all.find((one) => one.metadata.uid === invoker.uid);
  const age = ({ metadata }: (typeof all)[number]) => [metadata.creationTimestamp ?? '', metadata.name, metadata.uid].join('\n');
  return all.filter((one) => one !== own && (own === undefined || age(one) < age(own))).map(invokerOf);
}
