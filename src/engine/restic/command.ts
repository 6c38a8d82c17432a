import { StashError } from '../../errors/error.ts';
import { type RunResult, run } from '../../process/run.ts';
import { redactor } from '../../secrets/redactor.ts';
import { accessSecrets } from '../../secrets/secret-values.ts';
import type { EngineProcess, RepositoryAccess, RunControl } from '../engine.ts';
import { openAccess } from './access.ts';
import { requireAnswer } from './answer.ts';
import { supported } from './azure-by-rclone.ts';
import { codeOf, lostItsLock, messageOf } from './failure.ts';
import { messages, readLine } from './messages.ts';
import { type Patience, retryWatch } from './retry-watch.ts';

export interface ResticSettings {
  /** The program. */
  path: string;
  cacheDir: string;
  /** A private folder that exists; may be emptied while no command runs (what is left there holds secrets of runs that were killed). */
  tmpDir: string;
  /** PATH, HOME, LANG and the like; what restic and the programs it starts (ssh) see besides the access. */
  baseEnv: Readonly<Record<string, string>>;
  /** As restic writes it into its locks. */
  hostname: string;
  patience: Patience;
  /** To remove a repository's objects, and for Azure where restic was built without it (Debian's is); a name alone is looked for in PATH. */
  rclonePath: string;
}

export interface Command {
  args: string[];
  input?: string;
  /** Further environment, below the access's. */
  env?: Record<string, string>;
  /** Each line of stdout, for progress. */
  onStdout?: (line: string) => void;
  /** Each line of stderr, before it is logged. */
  onStderr?: (line: string) => void;
  /** How much of stdout is kept, from its end; bytes. */
  keepStdout?: number;
  /** Stdout is data, not something to log. */
  quiet?: boolean;
  /** Exit codes that are no failure; 0 unless given. */
  accept?: number[];
}

export interface Ran {
  exitCode: number;
  stdout: string;
  /** There was more than `keepStdout`. */
  stdoutCut: boolean;
  stderr: string;
}

/** Runs one restic command on a repository and settles once its process is gone; throws StashError unless its end means success. */
export async function runRestic(settings: ResticSettings, access: RepositoryAccess, command: Command, control: RunControl): Promise<Ran> {
  const redact = redactor(accessSecrets(access)).text;
  await requireAnswer(access, settings.patience.openingMs, control.signal);
  const opened = await openAccess(await supported(settings, access), settings.tmpDir);
  const patience = new AbortController();
  let lastTrouble: string | undefined;
  const watch = retryWatch(settings.patience, (message) => {
    lastTrouble = message;
    patience.abort();
  });
  const seen: { process?: EngineProcess; clean: boolean } = { clean: false };
  try {
    const result = await run({
      command: settings.path,
      args: ['--json', '--cleanup-cache', ...opened.flags, ...command.args],
      env: {
        ...settings.baseEnv,
        RESTIC_CACHE_DIR: settings.cacheDir,
        RESTIC_PROGRESS_FPS: '1',
        TMPDIR: settings.tmpDir,
        ...command.env,
        ...opened.env,
      },
      signal: AbortSignal.any([control.signal, patience.signal]),
      timeoutMs: control.timeoutMs,
      ...(command.input === undefined ? {} : { input: command.input }),
      stdoutTailBytes: command.keepStdout ?? 64 * 1024,
      onStart: async (identity) => {
        seen.process = { ...identity, hostname: settings.hostname };
        await control.onProcess?.(seen.process);
      },
      onStdout: (line) => {
        command.onStdout?.(line);
        if (command.quiet !== true && !/^\s*(?:[{[]|$)/.test(line)) control.onLog?.(redact(line));
      },
      onStderr: (raw) => {
        const line = redact(raw);
        watch.line(line);
        command.onStderr?.(line);
        for (const part of readable(line).split('\n')) if (part.trim() !== '') control.onLog?.(part);
      },
    });
    lastTrouble ??= watch.pending();
    seen.clean = tookItsLockAway(result) && !patience.signal.aborted;
    const ssh = redact(await opened.sshLog());
    for (const line of ssh.split('\n')) if (line !== '') control.onLog?.(`ssh: ${line}`);
    const stderrTail = ssh + redact(result.stderrTail);
    return judge({ ...result, stderrTail }, { command, control, lastTrouble, gaveUp: patience.signal.aborted, ssh });
  } finally {
    watch.stop();
    await opened.dispose();
    if (seen.process !== undefined) await control.onProcessEnd?.(seen.process, seen.clean);
  }
}

/** An exit code alone does not say so: where the storage is away, restic ends well enough and its lock stays. */
function tookItsLockAway(result: RunResult): boolean {
  return result.exitCode !== null && !/error while unlocking|Remove\(<lock\//.test(result.stderrTail);
}

function readable(line: string): string {
  const item = readLine(messages.itemError, line);
  if (item !== undefined) return `${item.item}: ${item.error.message}`;
  return (readLine(messages.checkError, line) ?? readLine(messages.exitError, line))?.message ?? line;
}

interface Circumstances {
  command: Command;
  control: RunControl;
  lastTrouble: string | undefined;
  gaveUp: boolean;
  /** What ssh said. */
  ssh: string;
}

function judge(result: RunResult, { command, control, lastTrouble, gaveUp, ssh }: Circumstances): Ran {
  const what = `restic ${command.args[0] === 'cat' ? command.args.slice(0, 2).join(' ') : command.args[0]}`;
  if (gaveUp || (result.timedOut && lastTrouble !== undefined)) {
    const code = codeOf({ exitCode: null, stderr: lastTrouble ?? '' });
    const known = code === 'CommandFailed' ? 'StorageUnreachable' : code;
    throw new StashError(known, `${what} gave up on the storage: ${lastTrouble}`);
  }
  if (result.timedOut) throw new StashError('TimedOut', `${what} did not end within ${control.timeoutMs / 1000} s and was stopped`);
  if (result.canceled) throw new StashError('Canceled', `${what} was stopped because its run was canceled`);
  const failure = { exitCode: result.exitCode, stderr: result.stderrTail };
  if (lostItsLock(result.stderrTail)) {
    throw new StashError('RepositoryLocked', `${what} lost its lock while it ran, so what it stored does not count: ${messageOf(failure)}`);
  }
  if (result.exitCode === null) throw new StashError('CommandFailed', `${what} was ended by ${result.signal} from outside`);
  if (!(command.accept ?? [0]).includes(result.exitCode)) {
    const why = [
      messageOf(failure) || `exit code ${result.exitCode}`,
      ...(ssh === '' ? [] : [`ssh: ${ssh.trim().replaceAll('\n', '; ')}`]),
    ];
    throw new StashError(codeOf(failure), `${what} failed: ${why.join('; ')}`);
  }
  return { exitCode: result.exitCode, stdout: result.stdoutTail, stdoutCut: result.stdoutCut, stderr: result.stderrTail };
}
