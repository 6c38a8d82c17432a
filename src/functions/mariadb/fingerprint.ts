import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BinlogHeader, readBinlogHeader } from './binlog/header.ts';

/** Which binlog file a link ends in, and what is written there before its position: only the server that went on from it has the same. */
export interface BinlogPlace {
  binlog: Pick<BinlogHeader, 'serverId' | 'created' | 'from'>;
  fingerprint: { file: string; position: number; bytes: number; sha256: string };
}

/** Of so many bytes before the position at most. */
const LONGEST = 64 * 1024;

/** `logBin`: @@log_bin_basename, wherever that is. A text says why there is none; `gone` when there is no such file. */
export async function binlogPlace(logBin: string, file: string, position: number): Promise<BinlogPlace | { gone: boolean; why: string }> {
  const path = join(dirname(logBin), file);
  try {
    const { serverId, created, from, end } = await readBinlogHeader(path);
    const begin = Math.max(end, position - LONGEST);
    const found = await readRange(path, begin, Math.max(begin, position));
    if (position < end || found.length < position - begin)
      return { gone: false, why: `${path} ends at ${begin + found.length}, and should reach ${position}` };
    const sha256 = createHash('sha256').update(found).digest('hex');
    return { binlog: { serverId, created, from }, fingerprint: { file, position, bytes: found.length, sha256 } };
  } catch (error) {
    const gone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { gone, why: gone ? `${path} is not there` : (error as Error).message };
  }
}

async function readRange(path: string, begin: number, end: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(end - begin), 0, end - begin, begin);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
