import type { BinlogPlace } from './fingerprint.ts';

/** Where a link ends, as its index line has it; what an older or foreign line does not have is absent. */
export interface ParentPosition extends Partial<BinlogPlace> {
  toLsn: string;
  version?: string;
  ibdata?: string;
  startedAt?: number;
}

/** The server as it is before the copy. */
export interface PresentServer {
  version: string;
  /** Which data it has: see `dataIdentity`. */
  ibdata: string;
  /** Seconds since 1970. */
  startedAt: number;
  /** Its binlogs are on another file system than its data. */
  binlogsApart: boolean;
  /** LSN up to which it has written. */
  currentLsn: bigint;
  /** The place at which the parent ends, read again; absent when the parent records none. */
  place?: BinlogPlace | { gone: boolean; why: string };
  /** Full path of the binlogs without their numbers; empty without binlog. */
  logBin: string;
}

/** Why there has to be a full, with the values that show it. */
export interface NeedFull {
  needFull: 'LineageChanged' | 'LineageUnproven' | 'VersionChanged' | 'PositionGap';
  message: string;
}

/** Undefined when the position was not written by `mariadb-physical`, or not whole. */
export function parentPosition(recorded: Record<string, unknown> | undefined): ParentPosition | undefined {
  const { toLsn, version, ibdata, startedAt, binlog, fingerprint } = recorded ?? {};
  if (typeof toLsn !== 'string' || !/^\d{1,20}$/.test(toLsn)) return undefined;
  return {
    toLsn,
    ...(typeof version === 'string' ? { version } : {}),
    ...(typeof ibdata === 'string' ? { ibdata } : {}),
    ...(typeof startedAt === 'number' ? { startedAt } : {}),
    ...(isRecord(binlog) ? { binlog: binlog as unknown as BinlogPlace['binlog'] } : {}),
    ...(isRecord(fingerprint) && typeof fingerprint.file === 'string' && Number.isSafeInteger(fingerprint.position)
      ? { fingerprint: fingerprint as unknown as BinlogPlace['fingerprint'] }
      : {}),
  };
}

/**
 * mariadb-backup takes an incremental of any server without a word, so it is proven before the copy that this server's data is what the
 * parent was made of. Undefined when it is. Server id, uid, port and host are no criteria: they change with a new port or network card.
 */
export function lineageProblem(parent: ParentPosition, now: PresentServer): NeedFull | undefined {
  const { fingerprint, binlog } = parent;
  if (parent.version === undefined || parent.ibdata === undefined)
    return unproven('the last link does not record version and data files of its server');
  if (numbers(parent.version) !== numbers(now.version))
    return { needFull: 'VersionChanged', message: `the server is ${now.version}, it was ${parent.version} at the last link` };
  if (parent.ibdata !== now.ibdata)
    return changed(`ibdata1 is another file (inode and birth ${now.ibdata}, at the last link ${parent.ibdata}): the data was replaced`);
  if (now.currentLsn < BigInt(parent.toLsn))
    return changed(`the server is at LSN ${now.currentLsn}, the last link ends at ${parent.toLsn}: the data went back`);
  if (now.binlogsApart && !isSameStart(parent, now))
    return unproven(
      'the server was started again, and its binlogs are on another file system than its data: nothing shows that neither was put back without the other',
    );
  if (now.logBin === '') return unproven('log_bin is OFF: nothing shows that this data goes on from the last link');
  const { place } = now;
  if (fingerprint === undefined || binlog === undefined || place === undefined)
    return unproven('the last link records no place in a binlog (log_bin was OFF, or its files could not be read)');
  if ('why' in place) return place.gone ? unproven(`${place.why}: purged, or out of reach`) : changed(place.why);
  if (identity(binlog) !== identity(place.binlog))
    return changed(`${fingerprint.file} is another binlog: ${identity(place.binlog)}; at the last link ${identity(binlog)}`);
  const [was, is] = [fingerprint, place.fingerprint];
  if (was.bytes !== is.bytes || was.sha256 !== is.sha256)
    return changed(`${was.file} has other content before ${was.position}: sha256 ${is.sha256.slice(0, 16)} of ${is.bytes} bytes, \
at the last link ${was.sha256.slice(0, 16)} of ${was.bytes}`);
  return undefined;
}

/** A server that has not been down has the data that it had; the two clocks it is computed from are read in whole seconds. */
function isSameStart({ startedAt }: ParentPosition, now: PresentServer): boolean {
  return startedAt !== undefined && Math.abs(startedAt - now.startedAt) <= 2;
}

/** What the copy itself shows. */
export function gapProblem(parent: ParentPosition, made: { fromLsn: string; toLsn: string }): NeedFull | undefined {
  if (made.fromLsn !== parent.toLsn)
    return { needFull: 'PositionGap', message: `the incremental begins at LSN ${made.fromLsn}, the last link ends at ${parent.toLsn}` };
  if (BigInt(made.toLsn) >= BigInt(made.fromLsn)) return undefined;
  return { needFull: 'PositionGap', message: `the incremental begins at LSN ${made.fromLsn} and ends before it, at ${made.toLsn}` };
}

/** `-log` comes and goes with settings of the server. */
function numbers(version: string): string {
  return version.replace(/-log$/, '');
}

function identity({ serverId, created, from }: BinlogPlace['binlog']): string {
  return `begun ${created} by server ${serverId} at GTID ${from === '' ? 'none' : from}`;
}

function changed(message: string): NeedFull {
  return { needFull: 'LineageChanged', message };
}

function unproven(message: string): NeedFull {
  return { needFull: 'LineageUnproven', message };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
