import { lstat } from 'node:fs/promises';
import { StashError } from '../../errors/error.ts';
import type { BackupRequest, BackupSummary, RepositoryAccess, RunControl } from '../engine.ts';
import { argv, rooted } from './argv.ts';
import { type Command, type Ran, type ResticSettings, runRestic } from './command.ts';
import { findLine, messages, readLine } from './messages.ts';
import { progressReader } from './progress.ts';

const MOST_NAMED = 100;
const SAVE_LIMIT = 16 * 1024 * 1024;

export async function backup(
  settings: ResticSettings,
  access: RepositoryAccess,
  request: BackupRequest,
  control: RunControl,
): Promise<BackupSummary> {
  if (request.source.type === 'paths') await requirePaths(request.source.paths);
  const secretNames = [...Object.keys(access.env), ...Object.keys(access.files), 'RESTIC_REPOSITORY'];
  const env = request.source.type === 'command' ? request.source.env : {};
  return store(settings, access, { args: argv.backup(request, secretNames), env }, control);
}

/** A text as the only file of a snapshot; `fileName` without a leading slash means one in the root. */
export async function save(
  settings: ResticSettings,
  access: RepositoryAccess,
  request: { text: string; fileName: string; host: string; tags: string[] },
  control: RunControl,
): Promise<BackupSummary> {
  if (Buffer.byteLength(request.text) > SAVE_LIMIT) throw new StashError('Invalid', `${request.fileName}: a text over 16 MiB is not saved`);
  return store(settings, access, { args: argv.save({ ...request, fileName: rooted(request.fileName) }), input: request.text }, control);
}

/** Before anything is stored: restic itself would skip a path that is not there and store the rest. */
async function requirePaths(paths: string[]): Promise<void> {
  if (paths.length === 0) throw new StashError('Invalid', 'no path to back up');
  for (const path of paths) {
    await lstat(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT' && cause.code !== 'ENOTDIR') return;
      throw new StashError('PathNotFound', `${path} does not exist`, { cause });
    });
  }
}

async function store(settings: ResticSettings, access: RepositoryAccess, command: Command, control: RunControl): Promise<BackupSummary> {
  const unreadable: BackupSummary['unreadable'] = [];
  const note = (item: string, message: string) => {
    if (unreadable.length < MOST_NAMED) unreadable.push({ item, message });
  };
  const ran = await runRestic(
    settings,
    access,
    {
      ...command,
      accept: [0, 3],
      onStdout: progressReader(control),
      onStderr: (line) => {
        const error = readLine(messages.itemError, line);
        if (error !== undefined) note(error.item, error.error.message);
        const skipped = /^(\/.*) does not exist, skipping$/.exec(line)?.[1];
        if (skipped !== undefined) note(skipped, 'does not exist');
      },
    },
    control,
  );
  if (ran.exitCode === 3 && unreadable.length === 0) note('(not named)', 'restic could not read everything, and did not say what');
  return { ...summaryOf(ran), unreadable };
}

function summaryOf(ran: Ran): Omit<BackupSummary, 'unreadable'> {
  const summary = findLine(messages.backupSummary, ran.stdout);
  if (summary === undefined) throw new StashError('Internal', 'restic backup ended well but named no snapshot');
  return {
    snapshotId: summary.snapshot_id,
    filesNew: summary.files_new,
    filesChanged: summary.files_changed,
    filesUnmodified: summary.files_unmodified,
    filesTotal: summary.total_files_processed,
    bytesProcessed: summary.total_bytes_processed,
    bytesAdded: summary.data_added,
    bytesStored: summary.data_added_packed,
    seconds: summary.total_duration,
  };
}
