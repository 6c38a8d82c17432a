import { open, opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StashError } from '../../errors/error.ts';
import type { Server } from './server.ts';

/**
 * Proves that the files in `datadir` are those of the server that answers: mariadb-backup copies the local directory that a server names,
 * also when that server runs on another machine and something else lies there. The last checkpoint is in the server's status and in the
 * header of its log. Throws DatabaseElsewhere, or DataUnreadable with the owner named.
 */
export async function assertSameServer(server: Server, datadir: string, where: string): Promise<void> {
  await assertReadable(datadir, where);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = await lastCheckpoint(server);
    const written = await checkpointInFile(join(datadir, 'ib_logfile0'));
    const after = await lastCheckpoint(server);
    if (written !== undefined && before <= written && written <= after) return;
  }
  throw elsewhere(datadir, where, 'its files are those of another server');
}

/** A checkpoint between the header's write and the status's update looks like another server, once. */
const ATTEMPTS = 3;

export async function assertReadable(datadir: string, where: string): Promise<void> {
  try {
    await (await opendir(datadir)).close();
    await (await open(join(datadir, 'ibdata1'), 'r')).close();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw elsewhere(datadir, where, 'no such data is here');
    const owner = await stat(datadir).then(
      ({ uid }) => `; it belongs to uid ${uid}`,
      () => '',
    );
    throw new StashError('DataUnreadable', `the data directory ${datadir} cannot be read by uid ${process.getuid?.()}${owner}`, {
      cause: error,
    });
  }
}

async function lastCheckpoint(server: Server): Promise<bigint> {
  const [row] = await server.query("SHOW GLOBAL STATUS LIKE 'Innodb_lsn_last_checkpoint'");
  return BigInt(row?.[1] ?? '-1');
}

async function checkpointInFile(file: string): Promise<bigint | undefined> {
  const handle = await open(file, 'r');
  try {
    const header = Buffer.alloc(SECOND_CHECKPOINT + 8);
    await handle.read(header, 0, header.length, 0);
    return newestCheckpoint(header);
  } finally {
    await handle.close();
  }
}

const FIRST_CHECKPOINT = 4096;
const SECOND_CHECKPOINT = 8192;

/** The log of MariaDB 10.8 and newer begins with "Phys"; two blocks take turns holding the LSN of the last checkpoint. */
export function newestCheckpoint(header: Buffer): bigint | undefined {
  if (header.length < SECOND_CHECKPOINT + 8 || header.toString('latin1', 0, 4) !== 'Phys') return undefined;
  const [first, second] = [header.readBigUInt64BE(FIRST_CHECKPOINT), header.readBigUInt64BE(SECOND_CHECKPOINT)];
  return first > second ? first : second;
}

function elsewhere(datadir: string, where: string, why: string): StashError {
  return new StashError('DatabaseElsewhere', `the server at ${where} names the data directory ${datadir}, but ${why}`);
}
