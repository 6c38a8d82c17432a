import type { AppBinding } from '../api/app-binding.ts';
import { type ReplicatedServer, SERVERS_PATH, serverProblems, writtenServers } from '../api/replicated-servers.ts';
import { StashError } from '../errors/error.ts';
import { parseAddress } from './address.ts';

/** The servers of a replicated set that an AppBinding lists; undefined where it lists none. Throws Invalid with the path of what is wrong. */
export function serversOf(application: AppBinding | undefined): ReplicatedServer[] | undefined {
  if (application === undefined || writtenServers(application) === undefined) return undefined;
  const name = `AppBinding ${application.metadata.namespace}/${application.metadata.name}`;
  const problems = serverProblems(application).map(({ path, value, message }) => `${path}: ${JSON.stringify(value)} ${message}`);
  if (problems.length > 0) throw new StashError('Invalid', `${name}: ${problems.join('; ')}`);
  const servers = writtenServers(application) as ReplicatedServer[];
  const odd = servers.findIndex(({ url }) => parseAddress(url) === undefined);
  if (odd >= 0)
    throw new StashError(
      'Invalid',
      `${name}: ${SERVERS_PATH}[${odd}].url: "${servers[odd]?.url}" is not understood; write unix(/run/db-0/mysqld.sock)/ or tcp(127.0.0.1:3306)/`,
    );
  return servers;
}

/** The AppBinding as one of its hosts is reached: with the address of that server, where it lists several. */
export function serverOf(application: AppBinding, host: string): AppBinding {
  const servers = serversOf(application);
  if (servers === undefined) return application;
  const server = servers.find(({ name }) => name === host);
  if (server === undefined)
    throw new StashError('NotFound', `AppBinding ${application.metadata.name}: ${SERVERS_PATH} has no server "${host}"`);
  const { service: _service, ...clientConfig } = application.spec.clientConfig;
  return { ...application, spec: { ...application.spec, clientConfig: { ...clientConfig, url: server.url } } };
}

/** The data directory of one of its servers, where the AppBinding says it. */
export function serverDirectory(application: AppBinding, host: string): string | undefined {
  return serversOf(application)?.find(({ name }) => name === host)?.datadir;
}
