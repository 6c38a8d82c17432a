import { readdir, readFile, stat } from 'node:fs/promises';
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

/** The series in a directory of fetched logs, in the order of their directories' names. Throws LogsDamaged. */
export async function readLogSeries(directory: string): Promise<LogSeries[]> {
  const names = (await readdir(directory, { withFileTypes: true })).filter((one) => one.isDirectory()).map((one) => one.name);
  return Promise.all(names.sort().map((name) => readSeries(join(directory, name))));
}

async function readSeries(directory: string): Promise<LogSeries> {
  const index = parseLogIndex(await readFile(join(directory, 'log.index'), 'utf8').catch(() => ''));
  if (index === undefined) throw damaged(`${join(directory, 'log.index')} is not the index of archived binlogs`);
  const files: LogFile[] = [];
  for (const one of index.files) {
    const path = join(directory, one.file);
    const found = await stat(path).catch(() => undefined);
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

export function damaged(message: string): StashError {
  return new StashError('LogsDamaged', message);
}
