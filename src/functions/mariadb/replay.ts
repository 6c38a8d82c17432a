import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asStashError, isCode, StashError } from '../../errors/error.ts';
import { run } from '../../process/run.ts';
import { covers, formatState, type GtidState, parseState, sameState } from '../../rules/gtid/state.ts';
import type { FunctionContext } from '../function.ts';
import { roomProblem } from '../room.ts';
import { findPoint } from './find-point.ts';
import { positionIn } from './gtid.ts';
import { damaged, type LogSeries, readLogSeries } from './log-series.ts';
import { LARGEST_PACKET, NO_SUCH_PROGRAM, type PrivateServer, withPrivateServer } from './private-server.ts';
import type { RecordedChain } from './recorded-chain.ts';
import { settleAccountSql } from './replay-account.ts';
import { nextGtid, type ReplayPlan, replayPlan, type Segment } from './replay-plan.ts';
import type { Servant } from './servant.ts';

/** State of the data, and whether its tables of the replication position say so too. */
interface Replayed {
  gtid: string;
  written: boolean;
}

/**
 * Brings a prepared backup to exactly the point it is told, by its logs; returns where it is then, undefined when no point was given.
 * Everything is read and judged before the private server starts, and that server is asked afterwards what it has.
 * Throws PointNotFound, LogsDamaged, ReplayFailed, StageFull or Canceled; the prepared backup is worth nothing then.
 */
export async function replayLogs(
  context: FunctionContext,
  prepared: string,
  recorded: RecordedChain,
  servant: Servant,
): Promise<Replayed | undefined> {
  const { logs, point } = context;
  if (logs === undefined || point === undefined) return undefined;
  const from = parseState(recorded.gtid ?? '');
  const series = await readLogSeries(logs);
  const states = await statesOf(series, context);
  const last = states.at(-1) ?? from;
  if (!covers(last, from))
    throw new StashError('PointNotFound', `the backup is at ${formatState(from)}, which is after ${formatState(last)}`);
  const plans: ReplayPlan[] = [];
  for (const [at, one] of series.entries()) plans.push(await replayPlan(one, states[at - 1] ?? from, states[at] ?? last));
  const segments = plans.flatMap((plan) => plan.segments);
  const transactions = plans.reduce((sum, plan) => sum + plan.transactions, 0);
  const bytes = plans.reduce((sum, plan) => sum + plan.bytes, 0);
  context.log(`replay from ${formatState(from)} to ${formatState(last)}: ${transactions} transactions, ${bytes} bytes`);
  if (segments.length === 0) return { gtid: formatState(last), written: false };
  const problem = await roomProblem(context.scratch, bytes, 0);
  if (problem !== undefined) throw new StashError('StageFull', `${context.scratch} has too little room for the replay: ${problem}`);
  const written = await withPrivateServer(context, prepared, recorded, servant, async (server) => {
    await openMemoryTables(server);
    await server.query(`RESET MASTER; SET GLOBAL gtid_binlog_state='${formatState(from)}'`);
    await Promise.race([server.gone, pipe(context, server, { segments, commented: plans.some((plan) => plan.commented) }, servant)]).catch(
      async (error: unknown) => {
        throw isCode(error, 'ReplayFailed') ? await placed(error, server, series, states, from) : error;
      },
    );
    await assertReached(server, last);
    // Not in its log: that has exactly what was replayed. It saves a start of the server for this alone.
    const position = await positionIn(prepared, formatState(last));
    if (position !== undefined) await server.query(`SET SESSION sql_log_bin=0;\n${position}`);
    await server.stop();
    return position !== undefined;
  });
  await rm(join(context.scratch, 'replay'), { recursive: true, force: true });
  return { gtid: formatState(last), written };
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

/** Where each series ends: at the switch to the next one, the last at the point. */
async function statesOf(series: readonly LogSeries[], { point }: FunctionContext): Promise<GtidState[]> {
  const last = series.at(-1);
  if (last === undefined || point?.gtid === undefined) throw damaged('there are no logs, or no GTID, to replay to');
  if (point.switches.length !== series.length - 1)
    throw damaged(`there are ${series.length} series of logs and ${point.switches.length} states to go over at`);
  const found = await findPoint(last, point);
  if (found === undefined)
    throw new StashError('PointNotFound', `the archived binlogs of timeline ${last.timeline} do not hold ${point.gtid}`);
  return [...point.switches.map(parseState), parseState(found.gtid)];
}

/**
 * Each piece is decoded by itself, so that the torn end of a binlog whose server was killed is never read; all go into one session. Ends
 * with the client's exit code; that of the decoder is in the file.
 *
 * A line of comment between statements costs the client a round trip to the server, and the decoder writes a dozen of them for a transaction
 * of one row: those that it need not write are left out, and all of them where no statement has a comment of its own that counts ($8).
 */
const PIPE = `{ cat "$5/-"; while read -r start stop then path; do
  $7 mariadb-binlog --no-defaults --verify-binlog-checksum --skip-annotate-row-events --skip-print-row-count --skip-print-row-event-positions \\
    --local-load="$2" --start-position="$start" --stop-position="$stop" "$path" </dev/null ||
    { echo "$? $path" >"$1"; break; }
  if [ -e "$5/$then" ]; then cat "$5/$then"; fi
done <"$3"; } | exec $6 mariadb --no-defaults --socket=server.sock --user="$4" --max-allowed-packet=${LARGEST_PACKET} --binary-mode "$8" --local-infile=1`;

async function pipe(
  context: FunctionContext,
  server: PrivateServer,
  { segments, commented }: { segments: readonly Segment[]; commented: boolean },
  servant: Servant,
): Promise<void> {
  const place = join(context.scratch, 'replay');
  const [failed, list, settle] = [join(place, 'failed'), join(place, 'segments'), join(place, 'settle')];
  await mkdir(settle);
  await writeFile(failed, '');
  await writeFile(join(settle, '-'), settleAccountSql(server.account));
  const lines = segments.map(
    ({ start, stop, path, ...after }, at) => `${start} ${stop} ${after.settle === undefined ? 'nothing' : at} ${path}\n`,
  );
  await writeFile(list, lines.join(''));
  for (const [at, one] of segments.entries())
    if (one.settle !== undefined) await writeFile(join(settle, `${at}`), settleAccountSql(server.account, one.settle.invoker));
  const ended = await run({
    command: 'sh',
    args: [
      '-c',
      PIPE,
      'replay',
      failed,
      'tmp',
      list,
      server.account.user,
      settle,
      servant.enter.join(' '),
      servant.enterSearching.join(' '),
      commented ? '--comments' : '--skip-comments',
    ],
    // All paths of the client are from here: it is let into no other directory.
    cwd: place,
    env: { ...context.env, MYSQL_PWD: server.account.password },
    signal: context.signal,
    onStdout: context.log,
    onStderr: context.log,
    stderrTailBytes: 16 * 1024,
  });
  if (context.signal.aborted) throw new StashError('Canceled', 'the restore was stopped during the replay');
  const decoder = await readFile(failed, 'utf8');
  if (ended.exitCode === NO_SUCH_PROGRAM || decoder.startsWith(`${NO_SUCH_PROGRAM} `))
    throw new StashError('ToolMissing', 'mariadb or mariadb-binlog is not installed here: logs cannot be replayed without them');
  const warned = /^WARNING: .*/m.exec(ended.stderrTail)?.[0];
  if (ended.exitCode === 0 && decoder === '' && warned === undefined) return;
  const said = ended.stderrTail.trim().split('\n').slice(-3).join(' / ');
  // A line of what the client was piped means nothing to anybody.
  const refused = ended.stderrTail
    .match(/^ERROR \d+.*$/gm)
    ?.at(-1)
    ?.replace(/ at line \d+/, '');
  if (refused !== undefined || decoder === '') throw new StashError('ReplayFailed', refused ?? warned ?? said);
  throw damaged(`mariadb-binlog could not read a binlog (exit code ${decoder.trim()}): ${said}`);
}

/** Says which transaction was refused: the one after what the server has taken in. */
async function placed(
  error: unknown,
  server: PrivateServer,
  series: readonly LogSeries[],
  states: readonly GtidState[],
  from: GtidState,
): Promise<StashError> {
  const { message } = asStashError(error);
  const [[text] = []] = await server.query('SELECT @@GLOBAL.gtid_binlog_pos').catch(() => []);
  if (text === undefined) return new StashError('ReplayFailed', `the server refused a transaction: ${message}`, { cause: error });
  const reached = parseState(text);
  const at = states.findIndex((state) => covers(state, reached) && !sameState(state, reached));
  const next = series[at] && (await nextGtid(series[at], reached, states[at] ?? reached).catch(() => undefined));
  const where = `${sameState(reached, from) ? 'right after the backup, at' : 'after'} GTID ${text || '(none)'}`;
  const remedy = `Nothing was changed. What comes before can be restored: --gtid ${text}`;
  const options = {
    cause: error,
    ...(text === ''
      ? {}
      : { remedy: /^ERROR 1286\b/.test(message) ? `Install that storage engine where the data is restored. ${remedy}.` : `${remedy}.` }),
  };
  return new StashError('ReplayFailed', `the server refused the transaction ${next ?? 'that comes'} ${where}: ${message}`, options);
}

async function assertReached(server: PrivateServer, wanted: GtidState): Promise<void> {
  const [[text = ''] = []] = await server.query('SELECT @@GLOBAL.gtid_binlog_pos');
  if (!sameState(parseState(text), wanted))
    throw new StashError('ReplayFailed', `the replay led to ${text || 'nothing'} instead of ${formatState(wanted)}`);
}
