import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isCode, StashError } from '../../../errors/error.ts';
import type { LogMark } from '../../../orders/order.ts';
import { type BinlogIdentity, type LogIndex, type LogStart, parseLogIndex, timelineOf } from '../../../rules/log/log-index.ts';
import type { FunctionResult } from '../../contract.ts';
import type { FunctionContext } from '../../function.ts';
import { assertSameServer } from '../same-server.ts';
import { connectionOf, openServer, type Server } from '../server.ts';
import { supportedVariables } from '../server-facts.ts';
import { afterRestore } from './after-restore.ts';
import { beginning } from './beginning.ts';
import { catchUp } from './catch-up.ts';
import { commonMark } from './common-mark.ts';
import { followed } from './followed.ts';
import { damageOf, type GoingOn, goingOn } from './going-on.ts';
import { type HeaderOf, headersOf } from './headers.ts';
import { readServerLog, type ServerLog } from './server-log.ts';

/**
 * Operation Log: brings the series of binlogs in STASH_STAGE up to date from the server's files, or begins one there. Where the server does
 * not go on from it, nothing is changed and `seriesEnd` says why: the series is complete as it is, and a new one wants an empty directory.
 * Throws LogBinOff, DatabaseUnsupported, DatabaseElsewhere, DataUnreadable, StageFull.
 */
export async function archiveLog(context: FunctionContext): Promise<FunctionResult> {
  const { stage, env, signal } = context;
  const connection = connectionOf(context, 'mariadb-physical');
  if (stage === undefined) throw new StashError('Internal', 'no STASH_STAGE was given');
  const server = openServer(connection, context.scratch, env, signal);
  const log = await readServerLog(server);
  await assertSameServer(server, log.datadir, connection.socket ?? `${connection.host}:${connection.port ?? 3306}`);
  const header = headersOf(log);
  // What cannot be read back is refused before anything of it is stored.
  await header(log.files.length - 1);
  const known = parseLogIndex(await readFile(join(stage, 'log.index'), 'utf8').catch(() => ''));
  const start = context.logStart ?? { host: '', links: [] };
  const { index, next } = known === undefined ? await begin(log, header, start) : await resume(stage, known, log, header);
  if ('reason' in next) return { seriesEnd: next };
  await mkdir(join(stage, 'binlog'), { recursive: true, mode: 0o700 });
  const reached = await catchUp({ directory: stage, log, header, context }, index, next);
  if ('reason' in reached) return { seriesEnd: reached };
  if (start.previous !== undefined) await followed(stage, reached, start.previous);
  const trouble = await notReplayed(server);
  return { position: { time: log.time, gtid: reached.until.gtid }, ...(trouble === undefined ? {} : { trouble }) };
}

/** The server removes its binlogs whether they can be replayed or not: they are archived all the same, and somebody has to be told. */
async function notReplayed(server: Server): Promise<FunctionResult['trouble']> {
  try {
    await supportedVariables(server);
    return undefined;
  } catch (error) {
    if (!isCode(error, 'DatabaseUnsupported')) throw error;
    return {
      code: error.code,
      message: `${error.message}; the log is archived all the same, but no backup can be made and no restore goes past what made it so`,
      remedy: 'Undo it (ALTER TABLE ... ENCRYPTED=NO, for one), then run a full backup; until then restore to a point before it.',
    };
  }
}

interface Step {
  index: LogIndex;
  next: GoingOn;
}

async function resume(stage: string, index: LogIndex, log: ServerLog, header: HeaderOf): Promise<Step> {
  const next = (await damageOf(stage, index)) ?? (await goingOn(index, log, header));
  return { index, next };
}

async function begin(log: ServerLog, header: HeaderOf, start: LogStart): Promise<Step> {
  const { host, previous, salt } = start;
  const { oldest, mark } = await afterRestore(log.datadir, log.files.length, header, start);
  if (mark !== undefined) {
    const first = await header(oldest);
    const follows = mark.timeline === undefined ? '' : `${mark.timeline}@${mark.gtid}`;
    return begun(log, { host, timeline: timelineOf(first, salt ?? mark.time), follows }, first, oldest);
  }
  const last = log.files.length - 1;
  const common = (place: number, marks: readonly LogMark[]) =>
    commonMark(join(log.directory, log.files[place] ?? ''), place === last ? log.position : undefined, marks);
  const at = Math.max(oldest, await beginning({ count: log.files.length, header, common }, start));
  const first = await header(at);
  // A stage that was lost goes on with its series. What comes after another's is one of its own, also on a host that began so before.
  const goesOn = salt === undefined && (previous === undefined || previous.timeline === timelineOf(first));
  const timeline = goesOn ? timelineOf(first) : timelineOf(first, salt ?? previous?.timeline);
  return begun(log, { host, timeline }, first, at);
}

function begun(log: ServerLog, series: Pick<LogIndex, 'host' | 'timeline' | 'follows'>, { from }: BinlogIdentity, at: number): Step {
  const until = { time: log.time, gtid: from };
  return { index: { ...series, data: log.data, lsn: log.lsn.durable, files: [], until, recent: [] }, next: { at, last: false } };
}
