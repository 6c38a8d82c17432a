import { resolve } from 'node:path';
import { StashError } from '../../errors/error.ts';
import type { Server } from './server.ts';
import { systemTimeZone } from './time-zone.ts';
import { unloggedSettings } from './unlogged-settings.ts';

/** What the restore and later links need to know of the server. */
interface ServerFacts {
  version: string;
  /** Absolute, without a slash at its end. */
  datadir: string;
  serverId: string;
  serverUid: string;
  port: string;
  /** Full path of the binlogs without their numbers; empty without binlog. */
  logBin: string;
  /** What statements of the binlog rely on and do not say. */
  lowerCaseTableNames: string;
  defaultStorageEngine: string;
  settings: Record<string, string>;
  timeZone?: string;
}

export interface RunningServer extends ServerFacts {
  /** When it was started, by its own clock: seconds since 1970. */
  startedAt: number;
}

/** Asks the server. Throws DatabaseUnsupported for one that a physical backup cannot hold whole, DatabaseGrantMissing with the grant named. */
export async function readServerFacts(server: Server): Promise<RunningServer> {
  const variables = await supportedVariables(server);
  // mariadb-backup asks for this only after it has copied everything.
  await server.query('SHOW MASTER STATUS');
  const [[started = '0'] = []] = await server.query(
    "SELECT CAST(UNIX_TIMESTAMP() AS INT) - CAST(VARIABLE_VALUE AS INT) FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'UPTIME'",
  );
  const timeZone = await systemTimeZone(server);
  return { ...serverFacts(variables), startedAt: Number(started), ...(timeZone === undefined ? {} : { timeZone }) };
}

/** The global variables of a server that a physical backup can hold whole. Throws as `readServerFacts`. */
export async function supportedVariables(server: Server): Promise<ReadonlyMap<string, string>> {
  const variables = await globalVariables(server);
  const refused = whyUnsupported(variables);
  if (refused !== undefined) throw new StashError('DatabaseUnsupported', refused);
  const [encrypted] = await server.query(
    'SELECT NAME FROM information_schema.INNODB_TABLESPACES_ENCRYPTION WHERE ENCRYPTION_SCHEME <> 0 LIMIT 1',
  );
  if (encrypted !== undefined)
    throw new StashError('DatabaseUnsupported', `the table ${encrypted[0]} is encrypted at rest; that is not supported yet`);
  return variables;
}

export async function globalVariables(server: Server): Promise<ReadonlyMap<string, string>> {
  return new Map((await server.query('SHOW GLOBAL VARIABLES')).map(([name = '', value = '']) => [name, value]));
}

export function serverFacts(variables: ReadonlyMap<string, string>): ServerFacts {
  const value = (name: string) => variables.get(name) ?? '';
  const logBin = value('log_bin_basename');
  return {
    version: value('version'),
    datadir: withoutSlash(value('datadir')),
    serverId: value('server_id'),
    serverUid: value('server_uid'),
    port: value('port'),
    // As it stands in the option file; a server's working directory is its data directory.
    logBin: logBin === '' ? '' : resolve(value('datadir'), logBin),
    lowerCaseTableNames: value('lower_case_table_names'),
    defaultStorageEngine: value('default_storage_engine'),
    settings: unloggedSettings(variables),
  };
}

/** Undefined when the server is one that is a primary or a replica. */
export function whyNoRole(variables: ReadonlyMap<string, string>): string | undefined {
  const value = (name: string) => variables.get(name) ?? '';
  if (!/mariadb/i.test(`${value('version')} ${value('version_comment')}`))
    return `the server is no MariaDB (version ${value('version')}, ${value('version_comment')})`;
  if (value('wsrep_on') === 'ON') return 'the server is a Galera node (wsrep_on=ON); physical backups of Galera are not supported';
  return undefined;
}

/** Undefined when a physical backup of the data directory is a backup of this server. */
export function whyUnsupported(variables: ReadonlyMap<string, string>): string | undefined {
  const value = (name: string) => variables.get(name) ?? '';
  const refused = whyNoRole(variables);
  if (refused !== undefined) return refused;
  const datadir = withoutSlash(value('datadir'));
  if (!datadir.startsWith('/')) return `the server names its data directory "${datadir}", which is not absolute`;
  for (const name of ELSEWHERE) {
    const place = withoutSlash(value(name));
    if (!['', '.', 'NULL', datadir].includes(place))
      return `${name} is ${place}, outside of the data directory ${datadir}; only servers with everything in one directory are supported`;
  }
  if (value('innodb_data_file_path').includes('/'))
    return `innodb_data_file_path is ${value('innodb_data_file_path')}; only system tablespaces inside the data directory are supported`;
  for (const name of ENCRYPTION)
    if (!['', 'OFF', '0'].includes(value(name))) return `${name} is ${value(name)}; encryption at rest is not supported yet`;
  return undefined;
}

const ELSEWHERE = ['innodb_data_home_dir', 'innodb_log_group_home_dir', 'innodb_undo_directory', 'aria_log_dir_path'] as const;
const ENCRYPTION = ['innodb_encrypt_tables', 'innodb_encrypt_log', 'aria_encrypt_tables'] as const;

function withoutSlash(path: string): string {
  return path.replace(/\/+$/, '');
}
