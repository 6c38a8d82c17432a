import { createHash } from 'node:crypto';
import type { LogMark, PreviousLog } from '../../orders/order.ts';

/** What tells a binlog file from any other; its name comes again. */
export interface BinlogIdentity {
  serverId: number;
  /** RFC 3339. */
  created: string;
  /** GTID state at which it begins. */
  from: string;
}

export interface LogFile extends BinlogIdentity {
  /** Below the directory of the index: `binlog/000001`, counted in the order of the series. */
  file: string;
  /** As the server called it. */
  name: string;
  /** GTID state at the end of what is copied; that of a closed file is the next one's `from`. */
  to: string;
  /** How much of it is copied: whole events. */
  bytes: number;
  /** The server writes to it no more, and all of it is here. */
  closed: boolean;
  /** Of a closed file. */
  sha256?: string;
}

/** `log.index`, JSON: a series of binlog files without a hole between them. */
export interface LogIndex {
  host: string;
  /** Which series it is; see `timelineOf`. It keeps that when files at its beginning are cut off. */
  timeline: string;
  /** Inode of the server's ibdata1: with another one it is other data that goes on, whatever the GTIDs say. */
  data: string;
  files: LogFile[];
  /** Everything that was in gtid_binlog_pos at `time`, by the server's clock, is in the files; they end at `gtid`. */
  until: { time: string; gtid: string };
  /** The newest groups, oldest first. */
  recent: LogMark[];
  /** `TIMELINE@STATE` of the series that this one goes on from: the GTID at STATE is in both. Empty: of none. */
  follows?: string;
}

/** What a run is told for the case that it begins a series. */
export interface LogStart {
  host: string;
  /** Binlogs in which links of the staged chain end. */
  links: BinlogIdentity[];
  /** The series of this target that was archived last. */
  previous?: PreviousLog;
  /** Set when the series before it ended here; see `timelineOf`. */
  salt?: string;
  /** The file behind which something is missing: the series begins after it. */
  after?: BinlogIdentity;
}

/** `salt`: of a series that may begin with a file another series had. */
export function timelineOf({ serverId, created, from }: BinlogIdentity, salt = ''): string {
  return createHash('sha256')
    .update(JSON.stringify([serverId, created, from, salt]))
    .digest('hex')
    .slice(0, 8);
}

export function sameBinlog(one: BinlogIdentity, other: BinlogIdentity): boolean {
  return one.serverId === other.serverId && one.created === other.created && one.from === other.from;
}

export function formatLogIndex(index: LogIndex): string {
  return `${JSON.stringify(index, undefined, 1)}\n`;
}

/** Undefined for what is no log.index: there is no series then. */
export function parseLogIndex(text: string): LogIndex | undefined {
  try {
    const index = JSON.parse(text) as Partial<LogIndex>;
    const whole = Array.isArray(index.files) && index.files.length > 0 && index.timeline !== undefined && index.until !== undefined;
    return whole ? (index as LogIndex) : undefined;
  } catch {
    return undefined;
  }
}
