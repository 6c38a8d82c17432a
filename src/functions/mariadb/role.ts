import { StashError } from '../../errors/error.ts';
import type { FunctionResult } from '../contract.ts';
import type { FunctionContext } from '../function.ts';
import { connectionOf, openServer } from './server.ts';
import { globalVariables, whyNoRole } from './server-facts.ts';

/** A replica is a server with any connection to a primary, running or stopped; every other one claims to be a primary. Throws DatabaseUnsupported for Galera. */
export async function serverRole(context: FunctionContext): Promise<FunctionResult> {
  const server = openServer(connectionOf(context, 'mariadb-physical'), context.scratch, context.env, context.signal);
  const variables = await globalVariables(server);
  const refused = whyNoRole(variables);
  if (refused !== undefined) throw new StashError('DatabaseUnsupported', refused);
  const slaves = await server.query('SHOW ALL SLAVES STATUS');
  const [connected] = await server.query("SHOW GLOBAL STATUS LIKE 'Slaves_connected'");
  const value = (name: string) => variables.get(name) ?? '';
  return {
    role: slaves.length > 0 ? 'Replica' : 'Primary',
    evidence: {
      readOnly: value('read_only') === 'ON',
      slaves: slaves.length,
      slavesConnected: Number(connected?.[1] ?? 0),
      serverId: Number(value('server_id')),
      gtidBinlogPos: value('gtid_binlog_pos'),
      gtidSlavePos: value('gtid_slave_pos'),
      logSlaveUpdates: value('log_slave_updates') === 'ON',
      logBin: value('log_bin') === 'ON',
      version: value('version'),
    },
  };
}
