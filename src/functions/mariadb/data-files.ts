import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Which data a server has: inode and birth (nanoseconds since 1970, 0 where the file system keeps none) of its ibdata1. That file is never
 * moved or made anew by the server itself; a file that replaces it may be given the same inode again, but was born later.
 */
export async function dataIdentity(datadir: string): Promise<string> {
  const { ino, birthtimeNs } = await stat(join(datadir, 'ibdata1'), { bigint: true });
  return `${ino}@${birthtimeNs}`;
}

/** Whether the binlogs are on another file system than the data, so that one of the two can be put back without the other. */
export async function areApart(datadir: string, logBin: string): Promise<boolean> {
  const [data, logs] = await Promise.all([stat(datadir), stat(dirname(logBin))]);
  return data.dev !== logs.dev;
}
