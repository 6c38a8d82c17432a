import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { StashError } from '../../../errors/error.ts';
import { writeDurable } from '../../../process/durable.ts';
import { formatLogIndex, type LogFile, type LogIndex } from '../../../rules/log/log-index.ts';
import { keptMarks } from '../../../rules/log/marks.ts';
import type { FunctionContext } from '../../function.ts';
import { roomProblem, STAGE_FREE_SHARE } from '../../room.ts';
import type { BinlogHeader } from '../binlog/header.ts';
import { appendNew, sha256Of } from './copy-file.ts';
import type { SeriesEnd } from './going-on.ts';
import type { HeaderOf } from './headers.ts';
import { goesOnFrom, reachedBy } from './reached.ts';
import type { ServerLog } from './server-log.ts';

interface Source {
  /** Of the series. */
  directory: string;
  log: ServerLog;
  header: HeaderOf;
  context: Pick<FunctionContext, 'signal' | 'progress'>;
}

/**
 * Copies what the server has and the series has not, file by file; the index is on disk after each, and never ahead of the data. Writes
 * nothing where nothing is new. Throws StageFull before it copies anything.
 */
export async function catchUp(source: Source, index: LogIndex, next: { at: number; last: boolean }): Promise<LogIndex | SeriesEnd> {
  const { directory, log, header } = source;
  await assertRoom(source, index, next);
  let series = next.last ? index : await closeGone(directory, index);
  for (let at = next.at; at < log.files.length; at++) {
    const active = at === log.files.length - 1;
    const copied = await copyFile(source, series, at, next.last && at === next.at);
    if ('reason' in copied) return copied;
    const { file, recent, followed } = copied;
    if (!active && !goesOnFrom(followed, (await header(at + 1)).from)) {
      // All of this file belongs to the series that ends with it.
      const closed = { ...file, closed: true, sha256: await sha256Of(join(directory, file.file)) };
      await writeDurable(join(directory, 'log.index'), formatLogIndex(reachedWith(series, closed, recent, { time: series.until.time })));
      return jump(file, await header(at + 1));
    }
    if (!active) Object.assign(file, { closed: true, to: (await header(at + 1)).from, sha256: await sha256Of(join(directory, file.file)) });
    const reached = reachedWith(series, file, recent, active ? log : undefined);
    if (JSON.stringify(reached.files) !== JSON.stringify(series.files))
      await writeDurable(join(directory, 'log.index'), formatLogIndex(reached));
    series = reached;
  }
  return series;
}

/** `now`: set where the GTIDs of the file are all that the server had then. */
function reachedWith(
  series: LogIndex,
  file: LogFile,
  recent: LogIndex['recent'],
  now?: { time: string; lsn?: ServerLog['lsn'] },
): LogIndex {
  const { durable = series.lsn } = now?.lsn ?? {};
  return {
    ...series,
    files: [...series.files.filter((one) => one.file !== file.file), file],
    recent: keptMarks([...series.recent, ...recent]),
    ...(durable === undefined ? {} : { lsn: durable }),
    until: now === undefined ? series.until : { time: now.time, gtid: file.to },
  };
}

async function copyFile(
  { directory, log, header, context }: Source,
  series: LogIndex,
  at: number,
  known: boolean,
): Promise<{ file: LogFile; recent: LogIndex['recent']; followed: string[] } | SeriesEnd> {
  const name = log.files[at] ?? '';
  const head = await header(at);
  const last = series.files.at(-1);
  const before = known && last !== undefined ? last : newFile(series, name, head);
  const closed = at < log.files.length - 1;
  const path = join(log.directory, name);
  const to = closed ? (await stat(path)).size : log.position;
  const copy = join(directory, before.file);
  if (!(await appendNew({ source: path, copy, bytes: before.bytes, to, header: head.end, closed }, context.signal)))
    return {
      reason: 'OtherContent',
      message: `the binlog ${name} does not hold any more what was copied of it up to ${before.bytes}: the server was put back to an earlier state`,
    };
  const { states, recent } = await reachedBy(copy, before, to);
  return { file: { ...before, name, bytes: to, to: states[0] ?? before.to }, recent, followed: states };
}

function newFile({ files }: LogIndex, name: string, { serverId, created, from }: BinlogHeader): LogFile {
  const number = Number(basename(files.at(-1)?.file ?? '0')) + 1;
  return { file: `binlog/${String(number).padStart(6, '0')}`, name, serverId, created, from, to: from, bytes: 0, closed: false };
}

/** The server has removed the last file, and the next begins with the state it was copied up to: no more was in it. */
async function closeGone(directory: string, index: LogIndex): Promise<LogIndex> {
  const last = index.files.at(-1);
  if (last === undefined || last.closed) return index;
  return { ...index, files: index.files.with(-1, { ...last, closed: true, sha256: await sha256Of(join(directory, last.file)) }) };
}

async function assertRoom({ directory, log }: Source, index: LogIndex, next: { at: number; last: boolean }): Promise<void> {
  const sizes = await Promise.all(log.files.slice(next.at).map(async (name) => (await stat(join(log.directory, name))).size));
  const there = next.last ? (index.files.at(-1)?.bytes ?? 0) : 0;
  const bytes = Math.max(0, sizes.reduce((sum, size) => sum + size, 0) - there);
  const problem = bytes === 0 ? undefined : await roomProblem(directory, bytes, STAGE_FREE_SHARE);
  if (problem !== undefined)
    throw new StashError('StageFull', `the stage has too little room for the binlogs, which stay on the server meanwhile: ${problem}`);
}

function jump(file: LogFile, next: BinlogHeader): SeriesEnd {
  return {
    reason: 'Hole',
    message: `the binlog after ${file.name} does not begin where that ends (${file.to || 'none'}), but at ${next.from || 'none'}`,
  };
}
