import { type FileHandle, open } from 'node:fs/promises';
import { StashError } from '../../../errors/error.ts';

/** What a binlog file says of itself at its beginning. Server id, creation and opening state together are its identity: names come again. */
export interface BinlogHeader {
  serverId: number;
  /** RFC 3339, UTC: the time of its format description event. */
  created: string;
  /** The GTID position at which it begins: the newest GTID of each domain, by domain, with commas; empty for a first file, or where it is encrypted. */
  from: string;
  encrypted: boolean;
  /** Position behind the format description event: what lies before changes once more, when the file is closed. */
  end: number;
}

/**
 * Reads the first events of a binlog file of MariaDB 10 and newer, open or closed, without the server. Throws FunctionFailed with the file
 * named when it is none, or when they are not all there yet; what the file system says (ENOENT, EACCES) passes as it is.
 */
export async function readBinlogHeader(file: string): Promise<BinlogHeader> {
  const handle = await open(file, 'r');
  try {
    if (!(await bytes(handle, file, 0, 4)).equals(MAGIC)) throw noBinlog(file, 'it does not begin as one');
    const format = await event(handle, file, 4);
    if (format.type !== FORMAT_DESCRIPTION) throw noBinlog(file, `its first event has the type ${format.type}`);
    const next = await event(handle, file, format.end);
    const list = next.type === GTID_LIST ? await bytes(handle, file, format.end + EVENT_HEADER, next.length - EVENT_HEADER) : undefined;
    return {
      serverId: format.serverId,
      created: `${new Date(format.timestamp * 1000).toISOString().slice(0, 19)}Z`,
      from: list === undefined ? '' : openingPosition(list),
      encrypted: next.type === START_ENCRYPTION,
      end: format.end,
    };
  } finally {
    await handle.close();
  }
}

const MAGIC = Buffer.from([0xfe, 0x62, 0x69, 0x6e]);
/** Timestamp 4, type 1, server id 4, length 4, end position 4, flags 2; little endian. */
const EVENT_HEADER = 19;
const FORMAT_DESCRIPTION = 15;
const GTID_LIST = 163;
const START_ENCRYPTION = 164;
/** Far above any list of GTIDs: a length beyond it is damage. */
const LONGEST = 64 * 2 ** 20;

async function event(handle: FileHandle, file: string, at: number) {
  const header = await bytes(handle, file, at, EVENT_HEADER);
  const length = header.readUInt32LE(9);
  if (length < EVENT_HEADER || length > LONGEST) throw noBinlog(file, `the event at ${at} has the length ${length}`);
  return { timestamp: header.readUInt32LE(0), type: header.readUInt8(4), serverId: header.readUInt32LE(5), length, end: at + length };
}

/** `list`: count 4 with flags in its top four bits; then domain 4, server 4, sequence 8 each, the newest of a domain last. */
function openingPosition(list: Buffer): string {
  const count = Math.min(list.readUInt32LE(0) & 0x0fffffff, Math.floor((list.length - 4) / 16));
  const newest = new Map<number, string>();
  for (let at = 4; at < 4 + count * 16; at += 16) {
    const domain = list.readUInt32LE(at);
    newest.set(domain, `${domain}-${list.readUInt32LE(at + 4)}-${list.readBigUInt64LE(at + 8)}`);
  }
  return [...newest]
    .sort(([one], [other]) => one - other)
    .map(([, gtid]) => gtid)
    .join(',');
}

async function bytes(handle: FileHandle, file: string, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, at);
  if (bytesRead < length) throw noBinlog(file, `it ends at ${at + bytesRead}, in the middle of its first events`);
  return buffer;
}

function noBinlog(file: string, why: string): StashError {
  return new StashError('FunctionFailed', `${file} is no binlog of MariaDB: ${why}`);
}
