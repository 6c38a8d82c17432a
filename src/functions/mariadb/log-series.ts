import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StashError } from '../../errors/error.ts';
import { type GtidState, parseState, sameState } from '../../rules/gtid/state.ts';
import { parseLogIndex } from '../../rules/log/log-index.ts';

/** Binlogs of one server without a gap between them, as they were archived. */
export interface LogSeries {
  timeline: string;
  files: LogFile[];
}

export interface LogFile {
  /** Absolute. */
  path: string;
  /** The name it had on its server. */
  name: string;
  bytes: number;
  /** State before its first transaction, and after its last. */
  from: GtidState;
  to: GtidState;
}

const LARGEST_INDEX = 16 * 1024 * 1024;

/** The series in a directory of fetched logs, in the order of their directories' names. Throws LogsDamaged. */
export async function readLogSeries(directory: string): Promise<LogSeries[]> {
  const names = (await readdir(directory, { withFileTypes: true })).filter((one) => one.isDirectory()).map((one) => one.name);
  return Promise.all(names.sort().map((name) => readSeries(join(directory, name))));
}

async function readSeries(directory: string): Promise<LogSeries> {
  const index = parseLogIndex(await readIndex(join(directory, 'log.index')));
  if (index === undefined) throw damaged(`${join(directory, 'log.index')} is not the index of archived binlogs`);
  if ((await lstat(join(directory, 'binlog')).catch(() => undefined))?.isSymbolicLink() === true)
    throw damaged(`${join(directory, 'binlog')} is no directory`);
  const files: LogFile[] = [];
  for (const one of index.files) {
    const path = join(directory, one.file);
    const found = await lstat(path).catch(() => undefined);
    if (found !== undefined && !found.isFile()) throw damaged(`binlog ${one.name} (${one.file}) is no regular file`);
    if (found === undefined || found.size < one.bytes)
      throw damaged(`binlog ${one.name} (${one.file}) has ${found?.size ?? 'no'} bytes of the ${one.bytes} that log.index tells`);
    const before = files.at(-1);
    const [from, to] = [parseState(one.from), parseState(one.to)];
    if (before !== undefined && !sameState(before.to, from))
      throw damaged(`there is a gap between the binlogs ${before.name} and ${one.name}: the second begins at ${one.from}`);
    files.push({ path, name: one.name, bytes: one.bytes, from, to });
  }
  return { timeline: index.timeline, files };
}

/** What was fetched was written by others: a link, or a name that leads out, would have a file of this machine read. */
async function readIndex(file: string): Promise<string> {
  const found = await lstat(file).catch(() => undefined);
  if (found?.isFile() !== true || found.size > LARGEST_INDEX) return '';
  return readFile(file, 'utf8').catch(() => '');
}

export function damaged(message: string): StashError {
  return new StashError('LogsDamaged', message);
}
