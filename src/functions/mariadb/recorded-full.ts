import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StashError } from '../../errors/error.ts';
import { parseIndex } from '../../rules/chain/metadata-index.ts';

export interface DirectoryOwner {
  uid: number;
  gid: number;
  /** Permission bits. */
  mode: number;
}

/** What a backup says of itself in the chain's metadata.index. */
export interface RecordedFull {
  datadir?: string;
  owner?: DirectoryOwner;
  version?: string;
  /** DOMAIN-SERVER-SEQUENCE, several with commas. */
  gtid?: string;
  /** Binlogs are named so, with a number behind it: a full path, or in older backups the name alone. */
  binlog?: string;
}

/** Reads the metadata.index in the directory of a fetched chain; it is there before the rest is fetched. Throws Invalid when there is no full in it. */
export async function readRecordedFull(source: string): Promise<RecordedFull> {
  const full = parseIndex(await readFile(join(source, 'metadata.index'), 'utf8').catch(() => ''))[0];
  if (full === undefined)
    throw new StashError('Invalid', 'the snapshot has no metadata.index with a full backup: it is no physical backup of Stash', {
      remedy: 'Choose another snapshot; or, for one of mariadb-dump, name mariadb-dump-restore in spec.task.',
    });
  return recordedFull(full.link.position);
}

export function recordedFull(position: Record<string, unknown>): RecordedFull {
  const { datadir, datadirOwner, version, gtid, logBin, binlogFile } = position;
  const binlog = typeof logBin === 'string' && logBin !== '' ? logBin : withoutNumber(binlogFile);
  return {
    ...(typeof datadir === 'string' && datadir.startsWith('/') ? { datadir: datadir.replace(/\/+$/, '') } : {}),
    ...(isOwner(datadirOwner) ? { owner: datadirOwner } : {}),
    ...(typeof version === 'string' ? { version } : {}),
    ...(typeof gtid === 'string' && gtid !== '' ? { gtid } : {}),
    ...(binlog === undefined ? {} : { binlog }),
  };
}

function withoutNumber(file: unknown): string | undefined {
  return typeof file === 'string' ? /^(.+)\.\d+$/.exec(file)?.[1] : undefined;
}

function isOwner(value: unknown): value is DirectoryOwner {
  if (typeof value !== 'object' || value === null) return false;
  return (['uid', 'gid', 'mode'] as const).every((key) => Number.isInteger((value as Record<string, unknown>)[key]));
}
