import { statfs } from 'node:fs/promises';

interface FileSystem {
  /** Blocks that an ordinary user may still use, all blocks, bytes a block. */
  bavail: number;
  blocks: number;
  bsize: number;
}

/** A stage keeps a tenth of its file system free: a full one must never take a database down. */
export const STAGE_FREE_SHARE = 0.1;

/** Undefined when `bytes` more fit below `directory`, with that share of its file system left free; with 0, when so much is free at all. */
export async function roomProblem(directory: string, bytes: number, freeShare: number): Promise<string | undefined> {
  return tooLittleRoom(await statfs(directory), bytes, freeShare);
}

export function tooLittleRoom({ bavail, blocks, bsize }: FileSystem, bytes: number, freeShare: number): string | undefined {
  const room = bavail * bsize - freeShare * blocks * bsize;
  if (bytes <= room) return undefined;
  const mib = (value: number) => `${(value / 2 ** 20).toFixed(0)} MiB`;
  const kept = freeShare > 0 ? ` (${freeShare * 100} % of the file system are kept free)` : '';
  const needed = bytes > 0 ? `, ${mib(bytes)} are needed` : '';
  return `${mib(Math.max(0, room))} can be used${kept}${needed}`;
}
