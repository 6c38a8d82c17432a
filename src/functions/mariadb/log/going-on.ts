import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StashError } from '../../../errors/error.ts';
import { type LogFile, type LogIndex, sameBinlog } from '../../../rules/log/log-index.ts';
import type { HeaderOf } from './headers.ts';
import type { ServerLog } from './server-log.ts';

/** Why what the server has does not go on from what is staged. */
export interface SeriesEnd {
  reason: 'Hole' | 'OtherData' | 'OtherContent' | 'StageDamaged';
  message: string;
}

/** The file that the series goes on with, by its place in the server's list; `last`: whether that is the file it ended with. */
export type GoingOn = { at: number; last: boolean } | SeriesEnd;

/**
 * Where a series goes on in the server's files, whose headers are read from the newest back. Its last file is looked for by its identity;
 * one that is gone is no loss if the next begins with the very state that is reached.
 */
export async function goingOn(
  index: LogIndex,
  { files: names, data, lsn }: Pick<ServerLog, 'files' | 'data' | 'lsn'>,
  header: HeaderOf,
): Promise<GoingOn> {
  const last = lastFile(index);
  if (index.data !== data)
    return {
      reason: 'OtherData',
      message: `the data directory is another one (inode and birth of ibdata1 ${data}, were ${index.data}), as after a restore in place`,
    };
  if (index.lsn !== undefined && BigInt(lsn.current) < BigInt(index.lsn))
    return {
      reason: 'OtherData',
      message: `the server is at LSN ${lsn.current}, and was at ${index.lsn} when its log was archived before: the data went back`,
    };
  let next: number | undefined;
  for (let at = names.length - 1; at >= 0; at--) {
    const found = await header(at);
    if (sameBinlog(found, last)) return { at: await amongAlike(at, names, last, header), last: true };
    if (found.from === last.to && last.to !== '' && found.created >= last.created) next = at;
  }
  if (next !== undefined) return { at: next, last: false };
  const oldest = await header(0);
  return {
    reason: 'Hole',
    message:
      `the server has no binlog any more that goes on from ${last.name} at GTID ${last.to || 'none'}; ` +
      `its oldest was begun ${oldest.created} at ${oldest.from || 'none'}`,
  };
}

/** A server that begins two files within a second, with nothing between, gives both the same identity: then the name tells. */
async function amongAlike(newest: number, names: readonly string[], last: LogFile, header: HeaderOf): Promise<number> {
  for (let at = newest; at >= 0 && sameBinlog(await header(at), last); at--) if (names[at] === last.name) return at;
  return newest;
}

/** A stage that has lost files cannot be gone on with. */
export async function damageOf(directory: string, { files }: LogIndex): Promise<SeriesEnd | undefined> {
  for (const { file, bytes } of files) {
    const found = await stat(join(directory, file)).catch(() => undefined);
    if (found !== undefined && found.size >= bytes) continue;
    const state = found === undefined ? 'is gone' : `has ${found.size} bytes`;
    return { reason: 'StageDamaged', message: `${file} in the stage ${state}, and ${bytes} bytes of it were copied` };
  }
  return undefined;
}

function lastFile(index: LogIndex): LogFile {
  const last = index.files.at(-1);
  if (last === undefined) throw new StashError('Internal', 'a log.index without a file');
  return last;
}
