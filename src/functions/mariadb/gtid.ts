import { readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { StashError } from '../../errors/error.ts';
import { run } from '../../process/run.ts';
import type { FunctionContext } from '../function.ts';
import { NO_SUCH_PROGRAM } from './private-server.ts';
import type { RecordedChain } from './recorded-chain.ts';
import { handOver, type Servant } from './servant.ts';
import { serverRoom } from './server-room.ts';

/**
 * Gives a prepared backup the GTID position that it holds, as gtid_slave_pos and gtid_binlog_state: the servers that start on copies of it
 * can be each other's primary and replicas at once. Otherwise a restored server counts GTIDs from 1 again, or goes on from where it was a
 * replica once. `written`: the tables have it already. Returns what a person has to know; undefined without binlog.
 */
export async function settleGtid(
  context: FunctionContext,
  full: string,
  recorded: RecordedChain & { written?: boolean },
  servant: Servant,
): Promise<string | undefined> {
  const { gtid, binlog } = recorded;
  if (gtid === undefined) return undefined;
  const sql = await positionIn(full, gtid);
  if (sql === undefined) return `GTID ${gtid} was not set: the backup has no table mysql.gtid_slave_pos`;
  if (recorded.written !== true && !(await bootstrap(context, full, sql, servant)))
    return `GTID ${gtid} was not set, as mariadbd is not installed here; set gtid_slave_pos before replicas connect`;
  const base = binlog === undefined ? undefined : basename(binlog);
  const isOutside = binlog?.startsWith('/') && binlog !== join(recorded.datadir ?? '', base ?? '');
  // The server keeps its state under this name, and reads it where there is no binlog yet: that is how it is meant to be provisioned.
  if (base !== undefined && !isOutside) await writeFile(join(full, `${base}.state`), `${gtid.split(',').join('\n')}\n`, { mode: 0o660 });
  if (!isOutside) return `GTID ${gtid}`;
  return `GTID ${gtid}; the binlogs ${binlog}.* lie outside of the data directory and go on with what came after the backup: run RESET MASTER before replicas connect`;
}

/** What writes the position into the tables of this data directory; undefined when it has none for it. */
export async function positionIn(full: string, gtid: string): Promise<string | undefined> {
  const tables = await positionTables(full);
  return tables.length === 0 ? undefined : positionSql(gtid, tables);
}

/** One for each storage engine that gtid_pos_auto_engines names; the server reads them all. */
async function positionTables(full: string): Promise<string[]> {
  const names = await readdir(join(full, 'mysql')).catch(() => []);
  return names.flatMap((name) => /^(gtid_slave_pos(?:_\w+)?)\.frm$/.exec(name)?.[1] ?? []).sort();
}

/** `tables`: the first takes the position. `gtid`: DOMAIN-SERVER-SEQUENCE, one a domain. Throws Invalid. */
export function positionSql(gtid: string, tables: readonly string[]): string {
  const rows = gtid.split(',').map((one, index) => {
    const [, domain, server, sequence] = /^(\d+)-(\d+)-(\d+)$/.exec(one) ?? [];
    if (domain === undefined) throw new StashError('Invalid', `the backup records the GTID "${gtid}", which is none`);
    return `(${domain},${index + 1},${server},${sequence})`;
  });
  const cleared = tables.map((table) => `DELETE FROM mysql.${table};`);
  return [...cleared, `INSERT INTO mysql.${tables[0]} (domain_id, sub_id, server_id, seq_no) VALUES ${rows.join(',')};`, ''].join('\n');
}

/** A server without clients, for a few statements; it ends by itself. False where there is none. */
async function bootstrap(context: FunctionContext, full: string, sql: string, servant: Servant): Promise<boolean> {
  const place = join(context.scratch, 'bootstrap');
  const options = await serverRoom(place, full);
  await handOver(servant, [full, place]);
  const args = [...options, '--bootstrap', '--innodb-buffer-pool-size=64M', '--skip-log-bin', ...servant.options];
  const [command = 'mariadbd', ...before] = [...servant.enterSearching, 'mariadbd'];
  try {
    const ended = await run({
      command,
      args: [...before, ...args],
      env: context.env,
      input: sql,
      signal: context.signal,
      onStdout: context.log,
      onStderr: context.log,
      stderrTailBytes: 16 * 1024,
    });
    if (context.signal.aborted) throw new StashError('Canceled', 'the restore was stopped');
    if (ended.exitCode === 0) return true;
    // What setpriv ends with when there is no such program.
    if (ended.exitCode === NO_SUCH_PROGRAM) return false;
    const last = ended.stderrTail.trim().split('\n').slice(-3).join(' / ');
    throw new StashError(
      'FunctionFailed',
      `the GTID position could not be set: mariadbd --bootstrap ended with ${ended.exitCode}: ${last}`,
    );
  } catch (error) {
    if (error instanceof StashError && error.code === 'ToolMissing') return false;
    throw error;
  }
}
