import { join } from 'node:path';
import { StashError } from '../../../errors/error.ts';
import { type BinlogHeader, readBinlogHeader } from '../binlog/header.ts';
import type { ServerLog } from './server-log.ts';

/** The header of one of the server's binlogs, by its place in the list. */
export type HeaderOf = (at: number) => Promise<BinlogHeader>;

/** Each is read once. Throws DatabaseUnsupported for an encrypted one, DataUnreadable where the file system does not let it be read. */
export function headersOf({ directory, files }: Pick<ServerLog, 'directory' | 'files'>): HeaderOf {
  const known = new Map<number, BinlogHeader>();
  return async (at) => {
    const found = known.get(at) ?? (await read(join(directory, files[at] ?? '')));
    known.set(at, found);
    return found;
  };
}

async function read(file: string): Promise<BinlogHeader> {
  const header = await readBinlogHeader(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES' && error.code !== 'EPERM') throw error;
    throw new StashError('DataUnreadable', `the binlog ${file} cannot be read by uid ${process.getuid?.()}`, { cause: error });
  });
  if (header.encrypted)
    throw new StashError('DatabaseUnsupported', `the binlog ${file} is encrypted (encrypt_binlog); only plain binlogs can be archived`);
  return header;
}
