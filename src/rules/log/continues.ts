import { chainId } from '../chain/chain-tags.ts';
import type { IndexLine } from '../chain/metadata-index.ts';
import { type BinlogIdentity, type LogFile, sameBinlog } from './log-index.ts';

/** The earliest link of a chain that ends within a series of logs. */
interface Continued {
  /** `CHAIN.N`; 0 is the full. */
  text: string;
  /** Place of the file in which it ends. */
  file: number;
}

/** Proven by the identity of the binlog in which a link ends, and by its position there; undefined where none of them is in the series. */
export function continuedBy(files: readonly LogFile[], chain: readonly IndexLine[]): Continued | undefined {
  const [full] = chain;
  if (full === undefined) return undefined;
  for (const [number, { link }] of chain.entries()) {
    const end = linkEnd(link.position);
    const file = end === undefined ? -1 : files.findIndex((one) => sameBinlog(one, end.binlog) && end.position <= one.bytes);
    if (file >= 0) return { text: `${chainId(full)}.${number}`, file };
  }
  return undefined;
}

/** The binlogs in which the links of a chain end. */
export function linkBinlogs(chain: readonly IndexLine[]): BinlogIdentity[] {
  return chain.flatMap(({ link }) => linkEnd(link.position)?.binlog ?? []);
}

function linkEnd({ binlog, binlogPosition }: Record<string, unknown>): { binlog: BinlogIdentity; position: number } | undefined {
  if (typeof binlog !== 'object' || binlog === null || typeof binlogPosition !== 'number') return undefined;
  const { serverId, created, from } = binlog as Record<string, unknown>;
  if (typeof serverId !== 'number' || typeof created !== 'string' || typeof from !== 'string') return undefined;
  return { binlog: { serverId, created, from }, position: binlogPosition };
}
