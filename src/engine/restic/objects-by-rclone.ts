import { StashError } from '../../errors/error.ts';
import { type RunResult, run } from '../../process/run.ts';
import { redactor } from '../../secrets/redactor.ts';
import { accessSecrets } from '../../secrets/secret-values.ts';
import { rcloneRemote } from '../backends/rclone.ts';
import type { EngineProcess, RepositoryAccess, RunControl } from '../engine.ts';
import { openAccess } from './access.ts';
import type { ResticSettings } from './command.ts';
import { codeOf } from './failure.ts';
import { FOLDERS, isOwn, type OwnObjects } from './own-objects.ts';

/** "directory not found", which is also what an empty place of object storage is. */
const NOT_FOUND = 3;
// A name has some 70 bytes.
const LISTING_LIMIT = 256 * 1024 * 1024;
const PATIENCE = ['--retries', '2', '--low-level-retries', '3', '--contimeout', '20s', '--timeout', '60s'];

/** By way of the program rclone; BackendUnsupported where it has no such storage. */
export function rcloneObjects(settings: ResticSettings, access: RepositoryAccess, control: RunControl): OwnObjects {
  const { path, env, files, hasFolders } = rcloneRemote(access);
  const redact = redactor(accessSecrets(access)).text;
  const rclone = async (args: string[], input?: string): Promise<RunResult> => {
    const opened = await openAccess({ url: access.url, env, files, flags: [] }, settings.tmpDir);
    let process: EngineProcess | undefined;
    try {
      const ran = await run({
        command: settings.rclonePath,
        args: [...args, ...PATIENCE],
        env: { ...settings.baseEnv, ...opened.env, TMPDIR: settings.tmpDir },
        signal: control.signal,
        timeoutMs: control.timeoutMs,
        stdoutTailBytes: LISTING_LIMIT,
        ...(input === undefined ? {} : { input }),
        onStart: async (identity) => {
          process = { ...identity, hostname: settings.hostname };
          await control.onProcess?.(process);
        },
        onStderr: (line) => control.onLog?.(redact(line)),
      });
      return judge({ ...ran, stderrTail: redact(ran.stderrTail) }, args[0] ?? '', control);
    } finally {
      await opened.dispose();
      // It holds no lock that could stay.
      if (process !== undefined) await control.onProcessEnd?.(process, true);
    }
  };
  return {
    list: async () => {
      const includes = ['/config', ...FOLDERS.map((folder) => `/${folder}/**`)].flatMap((pattern) => ['--include', pattern]);
      const ran = await rclone(['lsf', '--recursive', '--files-only', ...includes, `${path}/`]);
      if (ran.stdoutCut) throw new StashError('Internal', 'the list of objects is larger than 256 MiB');
      return ran.stdoutTail.split('\n').filter(isOwn);
    },
    remove: async (names) => {
      await rclone(['delete', '--files-from-raw', '-', `${path}/`], `${names.join('\n')}\n`);
    },
    tidy: async () => {
      if (hasFolders) for (const folder of FOLDERS) await rclone(['rmdirs', `${path}/${folder}`]);
    },
  };
}

function judge(ran: RunResult, command: string, control: RunControl): RunResult {
  if (ran.timedOut) throw new StashError('TimedOut', `rclone ${command} did not end within ${control.timeoutMs / 1000} s and was stopped`);
  if (ran.canceled) throw new StashError('Canceled', `rclone ${command} was stopped because its run was canceled`);
  if (ran.exitCode === 0 || ran.exitCode === NOT_FOUND) return ran;
  const stderr = ran.stderrTail;
  const last = stderr.trim().split('\n').at(-1) ?? '';
  if (/knownhosts: key mismatch/.test(stderr))
    throw new StashError(
      'StorageDenied',
      `rclone ${command} failed: the server shows a key of another kind than those in SFTP_KNOWN_HOSTS`,
      {
        remedy: 'Put all keys of the server into SFTP_KNOWN_HOSTS, as ssh-keyscan prints them, or install rclone 1.64 or newer.',
      },
    );
  // Its exit codes are not those of restic.
  throw new StashError(codeOf({ exitCode: null, stderr }), `rclone ${command} failed: ${last || `exit code ${ran.exitCode}`}`);
}
