import { StashError } from '../../errors/error.ts';
import type { RepositoryAccess, RepositoryStats, RunControl, Snapshot, SnapshotFilter } from '../engine.ts';
import { argv } from './argv.ts';
import { type ResticSettings, runRestic } from './command.ts';
import { messages, readDocument } from './messages.ts';

// About 1 KB a snapshot; restic prints them all in one line.
const LISTING_LIMIT = 256 * 1024 * 1024;

export async function snapshots(
  settings: ResticSettings,
  access: RepositoryAccess,
  filter: SnapshotFilter,
  control: RunControl,
): Promise<Snapshot[]> {
  const ran = await runRestic(settings, access, { args: argv.snapshots(), keepStdout: LISTING_LIMIT }, control);
  if (ran.stdoutCut) throw new StashError('Internal', 'the list of snapshots is larger than 256 MiB');
  return readSnapshots(ran.stdout).filter((snapshot) => isSelected(snapshot, filter));
}

export async function stats(settings: ResticSettings, access: RepositoryAccess, control: RunControl): Promise<RepositoryStats> {
  const ran = await runRestic(settings, access, { args: argv.stats() }, control);
  const document = readDocument(messages.stats, ran.stdout, 'stats');
  return {
    snapshots: document.snapshots_count,
    bytesStored: document.total_size,
    bytesUncompressed: document.total_uncompressed_size ?? document.total_size,
  };
}

export function readSnapshots(text: string): Snapshot[] {
  return readDocument(messages.snapshots, text, 'snapshots').map((each) => ({
    id: each.id,
    time: each.time,
    host: each.hostname ?? '',
    paths: each.paths,
    tags: each.tags ?? [],
    tree: each.tree,
    ...(each.username === undefined ? {} : { username: each.username }),
    ...(each.parent === undefined ? {} : { parent: each.parent }),
    ...(each.summary?.total_bytes_processed === undefined ? {} : { bytesProcessed: each.summary.total_bytes_processed }),
    ...(each.summary?.data_added_packed === undefined ? {} : { bytesStored: each.summary.data_added_packed }),
    ...(each.summary?.total_files_processed === undefined ? {} : { filesTotal: each.summary.total_files_processed }),
  }));
}

/** Exact matches, decided here since restic has no filter by a list of ids; it reads every snapshot anyway. */
export function isSelected(snapshot: Snapshot, filter: SnapshotFilter): boolean {
  return (
    (filter.hosts === undefined || filter.hosts.includes(snapshot.host)) &&
    (filter.ids === undefined || filter.ids.includes(snapshot.id)) &&
    (filter.tags ?? []).every((tag) => snapshot.tags.includes(tag)) &&
    (filter.paths ?? []).every((path) => snapshot.paths.includes(path))
  );
}
