import { createHash } from 'node:crypto';
import type { LogMark, PreviousLog } from '../../orders/order.ts';
import { parseGtid } from '../gtid/state.ts';

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
  /** Inode and birth of the server's ibdata1: with another one it is other data that goes on, whatever the GTIDs say. */
  data: string;
  /** Up to where it had written its data for good when `until` was read: it cannot go on from less, unless the data was put back. */
  lsn?: string;
  files: LogFile[];
  /** Everything that was in gtid_binlog_pos at `time`, by the server's clock, is in the files; they end at `gtid`. */
  until: { time: string; gtid: string };
  /** Marks that another series may look for in this one, oldest first; see `keptMarks`. */
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

/** Undefined for what is no log.index, or not as one is written: its names become paths, its states are compared. */
export function parseLogIndex(text: string): LogIndex | undefined {
  try {
    const index = JSON.parse(text) as Partial<LogIndex>;
    const { files, timeline, until, recent, follows = '' } = index;
    const whole =
      Array.isArray(files) &&
      files.length > 0 &&
      files.every(isFile) &&
      matches(timeline, TIMELINE) &&
      isTime(until?.time) &&
      isState(until?.gtid) &&
      Array.isArray(recent) &&
      typeof follows === 'string';
    return whole ? (index as LogIndex) : undefined;
  } catch {
    return undefined;
  }
}

const FILE = /^binlog\/\d{6,}$/;
const TIMELINE = /^[0-9a-f]{8}$/;

function isFile({ file, name, serverId, created, from, to, bytes }: Partial<LogFile>): boolean {
  const numbers = [bytes, serverId].every((one) => Number.isSafeInteger(one) && Number(one) >= 0);
  return numbers && matches(file, FILE) && typeof name === 'string' && isTime(created) && isState(from) && isState(to);
}

function isState(text: unknown): boolean {
  return text === '' || (typeof text === 'string' && text.split(',').every((one) => parseGtid(one) !== undefined));
}

function isTime(text: unknown): boolean {
  return matches(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/) && !Number.isNaN(Date.parse(String(text)));
}

function matches(text: unknown, pattern: RegExp): boolean {
  return typeof text === 'string' && pattern.test(text);
}
