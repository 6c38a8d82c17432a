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
}

/** Reads the metadata.index in the directory of a fetched chain; it is there before the rest is fetched. Throws Invalid when there is no full in it. */
export async function readRecordedFull(source: string): Promise<RecordedFull> {
  const full = parseIndex(await readFile(join(source, 'metadata.index'), 'utf8').catch(() => ''))[0];
  if (full === undefined)
    throw new StashError('Invalid', 'the snapshot has no metadata.index with a full backup: it is no physical backup of Stash');
  return recordedFull(full.link.position);
}

export function recordedFull({ datadir, datadirOwner, version }: Record<string, unknown>): RecordedFull {
  return {
    ...(typeof datadir === 'string' && datadir.startsWith('/') ? { datadir: datadir.replace(/\/+$/, '') } : {}),
    ...(isOwner(datadirOwner) ? { owner: datadirOwner } : {}),
    ...(typeof version === 'string' ? { version } : {}),
  };
}

function isOwner(value: unknown): value is DirectoryOwner {
  if (typeof value !== 'object' || value === null) return false;
  return (['uid', 'gid', 'mode'] as const).every((key) => Number.isInteger((value as Record<string, unknown>)[key]));
}
