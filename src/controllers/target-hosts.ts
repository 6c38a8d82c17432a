import { SERVERS_PATH } from '../api/replicated-servers.ts';
import type { BackupTarget, RestoreTarget } from '../api/target.ts';
import { StashError } from '../errors/error.ts';
import { serversOf } from '../rules/replicated-servers.ts';
import { applicationOf } from './catalog.ts';
import type { Context } from './context.ts';
import { type HostWork, targetKey } from './platform-port.ts';

type Target = Pick<BackupTarget & RestoreTarget, 'ref' | 'alias' | 'appBinding'> | undefined;

/**
 * The hosts of a target as they are now: on one machine the servers that its AppBinding lists, else what the platform knows. Throws Invalid
 * for servers that cannot be hosts.
 */
export async function targetHosts(
  ctx: Pick<Context, 'store' | 'platform'>,
  target: Target,
  namespace: string,
  direction?: HostWork['direction'],
): ReturnType<Context['platform']['hosts']> {
  const answer = await ctx.platform.hosts(targetKey(target?.ref ?? {}, namespace), target?.alias, direction);
  const servers = await targetServers(ctx, target, namespace);
  return servers === undefined || 'missing' in answer ? answer : { hosts: servers };
}

/** Names of the servers of a replicated set that are the hosts of the target; undefined where its AppBinding lists none. */
export async function targetServers(
  ctx: Pick<Context, 'store' | 'platform'>,
  target: Target,
  namespace: string,
): Promise<string[] | undefined> {
  const application = await applicationOf(ctx, target, namespace);
  const servers = serversOf(application);
  if (servers === undefined) return undefined;
  const name = `AppBinding ${namespace}/${application?.metadata.name}`;
  if (ctx.platform.place === 'Cluster')
    throw new StashError(
      'Invalid',
      `${name}: ${SERVERS_PATH} is for servers on one machine; in a cluster the pods of a workload are its hosts`,
      {
        remedy: 'Remove it, name the workload as the target, and the AppBinding in target.appBinding.',
      },
    );
  if (target?.alias !== undefined)
    throw new StashError(
      'Invalid',
      `alias: "${target.alias}" names no host: ${name} lists servers, and their names are those of the hosts`,
      {
        remedy: 'Remove target.alias.',
      },
    );
  return servers.map((server) => server.name);
}
