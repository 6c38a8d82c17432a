import type { AppBinding } from '../../api/app-binding.ts';
import { SERVERS_PATH } from '../../api/replicated-servers.ts';
import { StashError } from '../../errors/error.ts';
import { serverDirectory, serversOf } from '../../rules/replicated-servers.ts';
import { targetServers } from '../target-hosts.ts';
import type { RestoreRun } from './restore-run.ts';

/**
 * Which servers of a replicated set on one machine are restored: those that rules name, and nothing else is touched; undefined where the
 * target is no such set. A directory is restored into once. Throws Invalid when it is not said which, or when several would be stopped by
 * one command.
 */
export async function chosenServers(run: RestoreRun, destination: string | undefined): Promise<string[] | undefined> {
  const { spec, metadata } = run.session;
  const servers = await targetServers(run.ctx, spec.target, metadata.namespace ?? '');
  if (servers === undefined) return undefined;
  const all = servers.join(', ');
  const named = [...new Set((spec.target?.rules ?? spec.rules ?? []).flatMap(({ targetHosts = [] }) => targetHosts))];
  const unknown = named.find((host) => !servers.includes(host));
  if (unknown !== undefined)
    throw new StashError('Invalid', `spec.target.rules: targetHosts has "${unknown}", and the servers of ${run.target.name} are ${all}`);
  const [first] = servers;
  if (destination !== undefined && named.length === 0 && first !== undefined) return [first];
  if (named.length === 0)
    throw new StashError(
      'Invalid',
      `${run.target.kind} ${run.target.name} has the servers ${all}, and nothing says which is to be restored`,
      {
        remedy: 'Name it in spec.target.rules[].targetHosts (stash restore --target-host).',
      },
    );
  if (named.length > 1 && (destination !== undefined || (spec.stopCommand ?? spec.startCommand) !== undefined))
    throw new StashError(
      'Invalid',
      `spec.target.rules: targetHosts names ${named.join(', ')}, and directory, stopCommand and startCommand are one's`,
      {
        remedy: 'Restore one server after the other.',
      },
    );
  return named;
}

/**
 * Where the data of a server belongs, as its AppBinding says; undefined: where it was backed up. Throws Invalid when that would be the
 * directory of another server.
 */
export function serverPlace(application: AppBinding | undefined, host: string, writers: readonly string[]): string | undefined {
  const servers = serversOf(application);
  if (application === undefined || servers === undefined) return undefined;
  const directory = serverDirectory(application, host);
  const other = writers.find((writer) => writer !== host);
  if (directory !== undefined || other === undefined) return directory;
  const at = servers.findIndex(({ name }) => name === host);
  throw new StashError(
    'Invalid',
    `${host} would be restored from a backup of ${other}, which belongs into the data directory of ${other}`,
    {
      remedy: `Set ${SERVERS_PATH}[${at}].datadir in AppBinding ${application.metadata.name} to the data directory of ${host}.`,
    },
  );
}
