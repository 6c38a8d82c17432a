import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isCode, StashError } from '../../errors/error.ts';
import { formatState, type GtidState, parseState, sameState } from '../../rules/gtid/state.ts';
import type { FunctionContext } from '../function.ts';
import { roomProblem } from '../room.ts';
import { positionIn } from './gtid.ts';
import type { JudgedLogs } from './judge-logs.ts';
import { pipeLogs } from './pipe-logs.ts';
import { type PrivateServer, withPrivateServer } from './private-server.ts';
import type { RecordedChain } from './recorded-chain.ts';
import { refusedTransaction } from './refused-transaction.ts';
import type { Servant } from './servant.ts';

/** State of the data, and whether its tables of the replication position say so too. */
interface Replayed {
  gtid: string;
  written: boolean;
}

interface Prepared {
  /** Data directory of the backup. */
  prepared: string;
  recorded: RecordedChain;
  servant: Servant;
}

/**
 * Brings a prepared backup to exactly the point it is told, by its logs; returns where it is then.
 * Everything was read and judged before the private server starts, and that server is asked afterwards what it has.
 * Throws LogsDamaged, ReplayFailed, StageFull or Canceled; the prepared backup is worth nothing then.
 */
export async function replayLogs(
  context: FunctionContext,
  { prepared, recorded, servant }: Prepared,
  judged: JudgedLogs,
): Promise<Replayed> {
  const { from, to, segments, transactions, bytes } = judged;
  const gtid = formatState(to);
  context.log(`replay from ${formatState(from)} to ${gtid}: ${transactions} transactions, ${bytes} bytes`);
  if (segments.length === 0) return { gtid, written: false };
  const problem = await roomProblem(context.scratch, bytes, 0);
  if (problem !== undefined) throw new StashError('StageFull', `${context.scratch} has too little room for the replay: ${problem}`);
  const written = await withPrivateServer(context, prepared, recorded, servant, async (server) => {
    await openMemoryTables(server);
    await server.query(`RESET MASTER; SET GLOBAL gtid_binlog_state='${formatState(from)}'`);
    await Promise.race([server.gone, pipeLogs(context, server, judged, servant)]).catch(async (error: unknown) => {
      throw isCode(error, 'ReplayFailed') ? await refusedTransaction(error, server, judged) : error;
    });
    await assertReached(server, to);
    // Not in its log: that has exactly what was replayed. It saves a start of the server for this alone.
    const position = await positionIn(prepared, gtid);
    if (position !== undefined) await server.query(`SET SESSION sql_log_bin=0;\n${position}`);
    await server.stop();
    return position !== undefined;
  });
  await rm(join(context.scratch, 'replay'), { recursive: true, force: true });
  return { gtid, written };
}

/** A server logs that such a table is empty when it is opened first: that would be a transaction of its own among those of the source. */
async function openMemoryTables(server: PrivateServer): Promise<void> {
  const name = (column: string) => `'\`', REPLACE(${column}, '\`', '\`\`'), '\`'`;
  await server.query(`DELIMITER //
BEGIN NOT ATOMIC
  FOR one IN (SELECT table_schema AS s, table_name AS t FROM information_schema.tables
              WHERE engine = 'MEMORY' AND table_type = 'BASE TABLE' AND table_schema NOT IN ('information_schema', 'performance_schema'))
  DO EXECUTE IMMEDIATE CONCAT('SELECT 1 FROM ', ${name('one.s')}, '.', ${name('one.t')}, ' LIMIT 0');
  END FOR;
END//`);
}

async function assertReached(server: PrivateServer, wanted: GtidState): Promise<void> {
  const [[text = ''] = []] = await server.query('SELECT @@GLOBAL.gtid_binlog_pos');
  if (!sameState(parseState(text), wanted))
    throw new StashError('ReplayFailed', `the replay led to ${text || 'nothing'} instead of ${formatState(wanted)}`);
}
