import { asStashError, StashError } from '../../errors/error.ts';
import { covers, parseState, sameState } from '../../rules/gtid/state.ts';
import type { JudgedLogs } from './judge-logs.ts';
import type { PrivateServer } from './private-server.ts';
import { nextGtid } from './replay-plan.ts';

/** Says which transaction was refused: the one after what the server has taken in. */
export async function refusedTransaction(error: unknown, server: PrivateServer, { series, from }: JudgedLogs): Promise<StashError> {
  const { message } = asStashError(error);
  const [[text] = []] = await server.query('SELECT @@GLOBAL.gtid_binlog_pos').catch(() => []);
  if (text === undefined) return new StashError('ReplayFailed', `the server refused a transaction: ${message}`, { cause: error });
  const reached = parseState(text);
  const at = series.find(({ upTo }) => covers(upTo, reached) && !sameState(upTo, reached));
  const next = at && (await nextGtid(at.logs, reached, at.upTo).catch(() => undefined));
  const where = `${sameState(reached, from) ? 'right after the backup, at' : 'after'} GTID ${text || '(none)'}`;
  const said = `the server refused the transaction ${next ?? 'that comes'} ${where}: ${message}`;
  return new StashError('ReplayFailed', said, { cause: error, ...(text === '' ? {} : { remedy: remedyOf(message, text) }) });
}

/** 1286: unknown storage engine. */
function remedyOf(message: string, reached: string): string {
  const install = /^ERROR 1286\b/.test(message) ? 'Install that storage engine where the data is restored. ' : '';
  return `${install}Nothing was changed. What comes before can be restored: --gtid ${reached}.`;
}
