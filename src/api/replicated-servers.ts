import type { AppBinding } from './app-binding.ts';

/** One server of a replicated set on one machine: the name of its host, where it listens, and where its data is, for a restore. */
export interface ReplicatedServer {
  name: string;
  url: string;
  datadir?: string;
}

export const SERVERS_PATH = 'spec.parameters.stash.servers';

/** `spec.parameters.stash.servers` as it was written. */
export function writtenServers({ spec }: Pick<AppBinding, 'spec'>): unknown {
  const { parameters } = spec as { parameters?: { stash?: { servers?: unknown } | null } | null };
  return parameters?.stash?.servers;
}

/** What is wrong with it, by path. Absent is right. */
export function serverProblems(application: Pick<AppBinding, 'spec'>): { path: string; value: unknown; message: string }[] {
  const servers = writtenServers(application);
  if (servers === undefined) return [];
  if (!Array.isArray(servers) || servers.length === 0)
    return [{ path: SERVERS_PATH, value: servers, message: 'must be a list of servers, each with name and url' }];
  return servers.flatMap((server: unknown, index) => {
    const path = `${SERVERS_PATH}[${index}]`;
    if (typeof server !== 'object' || server === null) return [{ path, value: server, message: 'must be an object with name and url' }];
    const { name, url, datadir, ...others } = server as Record<string, unknown>;
    const earlier = (servers.slice(0, index) as Partial<ReplicatedServer>[]).findIndex((one) => one?.name === name || one?.url === url);
    return [
      ...(typeof name === 'string' && LABEL.test(name) && name !== RESERVED ? [] : [{ path: `${path}.name`, value: name, message: NAME }]),
      ...(typeof url === 'string' && url !== '' ? [] : [{ path: `${path}.url`, value: url, message: URL_MISSING }]),
      ...(datadir === undefined || (typeof datadir === 'string' && datadir.startsWith('/'))
        ? []
        : [{ path: `${path}.datadir`, value: datadir, message: 'must be an absolute path' }]),
      ...Object.keys(others).map((field) => ({
        path: `${path}.${field}`,
        value: others[field],
        message: 'is not a field; name, url and datadir are',
      })),
      ...(earlier < 0 ? [] : [{ path, value: name, message: `has the name or the url of ${SERVERS_PATH}[${earlier}]` }]),
    ];
  });
}

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** The records of a repository are stored under this host. */
const RESERVED = 'stash-records';
const NAME = 'must be a DNS label: lower-case letters, digits and "-", at most 63; it is the name of the host in the repository';
const URL_MISSING = 'is where the server listens, for instance unix(/run/db-0/mysqld.sock)/ or tcp(127.0.0.1:3306)/';
