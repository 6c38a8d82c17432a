import { StashError } from '../../errors/error.ts';
import type { LoadRequest, RepositoryAccess, RestoreRequest, RestoreSummary, RunControl } from '../engine.ts';
import { argv } from './argv.ts';
import { type Ran, type ResticSettings, runRestic } from './command.ts';
import { codeOf, codeOfItem, messageOf } from './failure.ts';
import { findLine, messages, readLine } from './messages.ts';
import { progressReader } from './progress.ts';

const LOAD_LIMIT = 16 * 1024 * 1024;

export async function restore(
  settings: ResticSettings,
  access: RepositoryAccess,
  request: RestoreRequest,
  control: RunControl,
): Promise<RestoreSummary> {
  let firstError: string | undefined;
  const ran = await runRestic(
    settings,
    access,
    {
      args: argv.restore(request),
      accept: [0, 1],
      onStdout: progressReader(control),
      onStderr: (line) => {
        const error = readLine(messages.itemError, line);
        if (error !== undefined) firstError ??= `${error.item}: ${error.error.message}`;
      },
    },
    control,
  );
  if (ran.exitCode !== 0) throw restoreFailure(ran, firstError);
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

/** Where single files failed restic's closing words are only their number; the first of them says what it was. */
function restoreFailure(ran: Ran, firstError: string | undefined): StashError {
  const failure = { exitCode: ran.exitCode, stderr: ran.stderr };
  const code = firstError === undefined ? codeOf(failure) : codeOfItem(firstError);
  const first = firstError === undefined ? '' : `; the first: ${firstError}`;
  return new StashError(code, `restic restore failed: ${messageOf(failure)}${first}`);
}

export async function load(settings: ResticSettings, access: RepositoryAccess, request: LoadRequest, control: RunControl): Promise<string> {
  const args = argv.dump(request);
  const ran = await runRestic(settings, access, { args, keepStdout: LOAD_LIMIT, quiet: true }, control);
  if (ran.stdoutCut) throw new StashError('Invalid', `${request.path} of the snapshot is larger than 16 MiB`);
  return ran.stdout;
}
