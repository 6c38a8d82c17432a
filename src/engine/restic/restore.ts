import { StashError } from '../../errors/error.ts';
import type { RepositoryAccess, RestoreRequest, RestoreSummary, RunControl } from '../engine.ts';
import { argv } from './argv.ts';
import { rooted } from './backup.ts';
import { type ResticSettings, runRestic } from './command.ts';
import { findLine, messages } from './messages.ts';
import { progressReader } from './progress.ts';

const LOAD_LIMIT = 16 * 1024 * 1024;

export async function restore(
  settings: ResticSettings,
  access: RepositoryAccess,
  request: RestoreRequest,
  control: RunControl,
): Promise<RestoreSummary> {
  const ran = await runRestic(settings, access, { args: argv.restore(request), onStdout: progressReader(control) }, control);
  const summary = findLine(messages.restoreSummary, ran.stdout);
  if (summary === undefined) throw new StashError('Internal', 'restic restore ended well but said nothing of what it restored');
  return {
    filesRestored: summary.files_restored ?? 0,
    filesTotal: summary.total_files ?? 0,
    bytesRestored: summary.bytes_restored ?? 0,
    bytesTotal: summary.total_bytes ?? 0,
    seconds: summary.seconds_elapsed ?? 0,
  };
}

export async function load(
  settings: ResticSettings,
  access: RepositoryAccess,
  request: { snapshotId: string; path: string },
  control: RunControl,
): Promise<string> {
  const args = argv.dump(request.snapshotId, rooted(request.path));
  const ran = await runRestic(settings, access, { args, keepStdout: LOAD_LIMIT, quiet: true }, control);
  if (ran.stdoutCut) throw new StashError('Invalid', `${request.path} of snapshot ${request.snapshotId} is larger than 16 MiB`);
  return ran.stdout;
}
