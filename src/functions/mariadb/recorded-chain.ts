import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { asStashError, StashError } from '../../errors/error.ts';
import { type IndexLine, parseIndex } from '../../rules/chain/metadata-index.ts';
import { strangeEntry } from './directory.ts';
import { parsePosition } from './position.ts';
import { isTimeZone } from './time-zone.ts';
import { unloggedOptions } from './unlogged-settings.ts';

export interface DirectoryOwner {
  uid: number;
  gid: number;
  /** Permission bits. */
  mode: number;
}

/** What a chain says of itself in its metadata.index: of the server as it was at the last link. */
export interface RecordedChain {
  /** In the order in which they are prepared: the full, then the incrementals. */
  links: RecordedLink[];
  datadir?: string;
  owner?: DirectoryOwner;
  version?: string;
  /** What the data takes at least when it is restored. */
  dataBytes?: number;
  /** DOMAIN-SERVER-SEQUENCE, several with commas. */
  gtid?: string;
  /** Binlogs are named so, with a number behind it: a full path, or in older backups the name alone. */
  binlog?: string;
  lowerCaseTableNames?: string;
  defaultStorageEngine?: string;
  /** For a server that replays what it logged. */
  settings?: string[];
  /** What SYSTEM is there, as a value of TZ. */
  timeZone?: string;
}

interface RecordedLink {
  /** Below the chain. */
  directory: string;
  fromLsn?: string;
  toLsn?: string;
}

/**
 * Reads the metadata.index in the directory of a fetched chain; it is there before the rest is fetched. Throws Invalid when there is no full in
 * it, ChainBroken when its links do not follow on each other.
 */
export async function readRecordedChain(source: string): Promise<RecordedChain> {
  const text = await readFile(join(source, 'metadata.index'), 'utf8').catch(() => '');
  try {
    return recordedChain(parseIndex(text));
  } catch (error) {
    const { code, message } = asStashError(error);
    throw code === 'StageUnusable' ? broken(message) : error;
  }
}

export function recordedChain(lines: readonly IndexLine[]): RecordedChain {
  const [full, ...incrementals] = lines.map(({ link }) => link);
  if (full === undefined || full.operation !== 'Full' || full.directory !== 'full')
    throw new StashError('Invalid', 'the snapshot has no metadata.index with a full backup: it is no physical backup of Stash', {
      remedy: 'Choose another snapshot; or, for one of mariadb-dump, name mariadb-dump-restore in spec.task.',
    });
  const links = [full, ...incrementals].map(({ directory, position }) => ({ directory, ...lsns(position) }));
  incrementals.forEach((link, at) => {
    const [before, own] = [links[at], links[at + 1]];
    if (link.operation !== 'Incremental' || numberOf(link.directory) <= numberOf(before?.directory ?? ''))
      throw broken(`line ${at + 2} is ${link.operation} ${link.directory}, after ${before?.directory}`);
    if (own?.fromLsn !== before?.toLsn)
      throw broken(`${link.directory} begins at LSN ${own?.fromLsn}, ${before?.directory} ends at ${before?.toLsn}`);
  });
  return { links, ...ofServer(lines.at(-1)?.link.position ?? {}) };
}

/** Throws ChainBroken unless what was fetched is exactly the links of the index, each as it says. */
export async function assertWhole(source: string, links: readonly RecordedLink[]): Promise<void> {
  const found = (await readdir(source)).filter((name) => /^(full|incremental-.*)$/.test(name));
  const surplus = found.filter((name) => links.every(({ directory }) => directory !== name));
  if (surplus.length > 0) throw broken(`${surplus.join(', ')} is there, and metadata.index does not name it`);
  const strange = await strangeEntry(source);
  if (strange !== undefined) throw broken(`${relative(source, strange)} is neither a regular file nor a directory`);
  for (const { directory, fromLsn, toLsn } of links) {
    if (!found.includes(directory)) throw broken(`${directory} is missing`);
    const checkpoints = await readFile(join(source, directory, 'xtrabackup_checkpoints'), 'utf8').catch(() => undefined);
    if (checkpoints === undefined) throw broken(`${directory} has no xtrabackup_checkpoints`);
    const is = parsePosition(checkpoints, undefined);
    if ((fromLsn ?? is.fromLsn) !== is.fromLsn || (toLsn ?? is.toLsn) !== is.toLsn)
      throw broken(`${directory} goes from LSN ${is.fromLsn} to ${is.toLsn}, metadata.index says from ${fromLsn} to ${toLsn}`);
  }
}

function ofServer(position: Record<string, unknown>): Omit<RecordedChain, 'links'> {
  const { datadir, datadirOwner, version, gtid, logBin, binlogFile, lowerCaseTableNames: lower, defaultStorageEngine: engine } = position;
  const { dataBytes, timeZone } = position;
  const settings = unloggedOptions(position.settings);
  const binlog = typeof logBin === 'string' && logBin !== '' ? logBin : withoutNumber(binlogFile);
  return {
    ...(typeof datadir === 'string' && datadir.startsWith('/') ? { datadir: datadir.replace(/\/+$/, '') } : {}),
    ...(isOwner(datadirOwner) ? { owner: datadirOwner } : {}),
    ...(typeof dataBytes === 'number' && dataBytes >= 0 ? { dataBytes } : {}),
    ...(typeof version === 'string' ? { version } : {}),
    ...(typeof gtid === 'string' && gtid !== '' ? { gtid } : {}),
    ...(binlog === undefined ? {} : { binlog }),
    ...(typeof lower === 'string' && /^[012]$/.test(lower) ? { lowerCaseTableNames: lower } : {}),
    ...(typeof engine === 'string' && /^(InnoDB|Aria|MyISAM|MEMORY)$/i.test(engine) ? { defaultStorageEngine: engine } : {}),
    ...(settings.length === 0 ? {} : { settings }),
    ...(isTimeZone(timeZone) ? { timeZone } : {}),
  };
}

function lsns({ fromLsn, toLsn }: Record<string, unknown>): { fromLsn?: string; toLsn?: string } {
  return { ...(typeof fromLsn === 'string' ? { fromLsn } : {}), ...(typeof toLsn === 'string' ? { toLsn } : {}) };
}

/** 0 for the full, N for incremental-N, below 0 for any other name: it could lead out of the chain. */
function numberOf(directory: string): number {
  return directory === 'full' ? 0 : Number(/^incremental-(\d{4,9})$/.exec(directory)?.[1] ?? -1);
}

function withoutNumber(file: unknown): string | undefined {
  return typeof file === 'string' ? /^(.+)\.\d+$/.exec(file)?.[1] : undefined;
}

function isOwner(value: unknown): value is DirectoryOwner {
  if (typeof value !== 'object' || value === null) return false;
  return (['uid', 'gid', 'mode'] as const).every((key) => Number.isInteger((value as Record<string, unknown>)[key]));
}

function broken(what: string): StashError {
  return new StashError('ChainBroken', `the fetched chain is not whole: ${what}`);
}
