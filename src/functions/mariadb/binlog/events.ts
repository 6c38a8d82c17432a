import { type FileHandle, open } from 'node:fs/promises';

/** An event of a binlog, as its header tells it. Positions are bytes from the beginning of the file. */
export interface BinlogEvent {
  type: number;
  /** Seconds since the epoch. */
  time: number;
  serverId: number;
  position: number;
  end: number;
  /** What follows the header, as far as it was read: at least the first 4 KiB. Only good until the next event is asked for. */
  body: Buffer;
}

/** Where the first event of a binlog is. */
const FIRST_EVENT = 4;
const HEADER = 19;
const BLOCK = 1024 * 1024;
const MOST_BODY = 4096;

/**
 * The whole events of a binlog between two positions (`from`: the beginning of one), without reading what large ones hold. Ends before an
 * event that reaches past `to`, as the last one of a server that was killed may, or that is none.
 */
export async function* binlogEvents(
  file: string,
  { from = FIRST_EVENT, to }: { from?: number; to?: number } = {},
): AsyncGenerator<BinlogEvent> {
  const handle = await open(file, 'r');
  try {
    const end = Math.min(to ?? Number.POSITIVE_INFINITY, (await handle.stat()).size);
    const window = readWindow(handle);
    let position = from;
    while (position + HEADER <= end) {
      const header = await window(position, HEADER);
      const length = header.readUInt32LE(9);
      if (length < HEADER || position + length > end) return;
      const whole = await window(position, Math.min(length, HEADER + MOST_BODY));
      yield {
        type: whole.readUInt8(4),
        time: whole.readUInt32LE(0),
        serverId: whole.readUInt32LE(5),
        position,
        end: position + length,
        body: whole.subarray(HEADER, length),
      };
      position += length;
    }
  } finally {
    await handle.close();
  }
}

/** Answers from a block that was read before, where it holds what is asked for. */
function readWindow(handle: FileHandle): (position: number, length: number) => Promise<Buffer> {
  const block = Buffer.allocUnsafe(BLOCK);
  let start = 0;
  let held = 0;
  return async (position, length) => {
    if (position < start || position + length > start + held) {
      start = position;
      held = (await handle.read(block, 0, BLOCK, position)).bytesRead;
    }
    return block.subarray(position - start, Math.min(held, position - start + length));
  };
}
