import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { StashError } from '../../../errors/error.ts';

const BLOCK = 1024 * 1024;
const FINGERPRINT = 64 * 1024;

interface Copy {
  source: string;
  copy: string;
  /** What of the copy counts; whatever is behind it is cut off. */
  bytes: number;
  /** Up to where it is to be copied. */
  to: number;
  /** Where the format event ends: what is before it changes when the server closes the file. */
  header: number;
  closed: boolean;
}

/**
 * Appends what is new of a file, and returns when it is on disk. False: what was copied last is not what the source has there, or the
 * source is shorter; nothing was changed then.
 */
export async function appendNew({ source, copy, bytes, to, header, closed }: Copy, signal: AbortSignal): Promise<boolean> {
  const from = await open(source, 'r');
  const into = await open(copy, bytes === 0 ? 'w+' : 'r+', 0o600);
  try {
    if ((await from.stat()).size < to || to < bytes) return false;
    if (bytes > 0 && !(await sameEnd(from, into, bytes, header))) return false;
    await into.truncate(bytes);
    const block = Buffer.allocUnsafe(Math.min(BLOCK, Math.max(1, to - bytes)));
    for (let at = bytes; at < to; ) {
      if (signal.aborted) throw new StashError('Canceled', 'the archiving of the log was stopped');
      const length = await exactly(from, block, at, Math.min(block.length, to - at));
      await into.write(block, 0, length, at);
      at += length;
    }
    if (closed) await copyRange(from, into, header);
    await into.sync();
    return true;
  } finally {
    await from.close();
    await into.close();
  }
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: BLOCK })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function sameEnd(from: FileHandle, into: FileHandle, bytes: number, header: number): Promise<boolean> {
  const start = Math.max(header, bytes - FINGERPRINT);
  if (start >= bytes) return true;
  const [theirs, ours] = [Buffer.alloc(bytes - start), Buffer.alloc(bytes - start)];
  await exactly(from, theirs, start, theirs.length);
  await exactly(into, ours, start, ours.length);
  return theirs.equals(ours);
}

async function copyRange(from: FileHandle, into: FileHandle, to: number): Promise<void> {
  const block = Buffer.alloc(to);
  await exactly(from, block, 0, to);
  await into.write(block, 0, to, 0);
}

/** A read may give less than was asked for. */
async function exactly(handle: FileHandle, buffer: Buffer, position: number, length: number): Promise<number> {
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) throw new StashError('FunctionFailed', `a binlog ended at ${position + done} while it was read`);
    done += bytesRead;
  }
  return length;
}
