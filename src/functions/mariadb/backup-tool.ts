import { StashError } from '../../errors/error.ts';
import type { ProcessIdentity } from '../../process/identity.ts';
import { type RunResult, run } from '../../process/run.ts';
import type { FunctionContext } from '../function.ts';

/** Runs mariadb-backup, its output into the log. Throws Canceled when it was stopped; anything else is the caller's to judge (`saysOk`). */
export async function backupTool(context: FunctionContext, args: string[], onStart?: (tool: ProcessIdentity) => void): Promise<RunResult> {
  const ended = await run({
    // Nothing of it may live on when this process is killed: it would hold its backup lock, and with it every DDL of the server.
    command: 'setpriv',
    args: ['--pdeathsig', 'INT', 'mariadb-backup', ...args],
    env: context.env,
    signal: context.signal,
    // It blocks SIGTERM and SIGPIPE; SIGINT ends it at once, and its sessions with it.
    stopSignal: 'SIGINT',
    graceMs: 20_000,
    ...(onStart === undefined ? {} : { onStart }),
    onStderr: context.log,
    onStdout: context.log,
    stderrTailBytes: 16 * 1024,
  });
  if (context.signal.aborted) throw new StashError('Canceled', `mariadb-backup ${step(args)} was stopped`);
  return ended;
}

/** The exit code alone does not say it: only the last line does. */
export function saysOk(ended: RunResult): boolean {
  return ended.exitCode === 0 && /completed OK!/.test(ended.stderrTail);
}

export function toolFailure(args: string[], ended: RunResult): StashError {
  const last = ended.stderrTail.trim().split('\n').slice(-3).join(' / ');
  return new StashError('FunctionFailed', `mariadb-backup ${step(args)} ended with exit code ${ended.exitCode}: ${last}`);
}

function step(args: string[]): string {
  return args.find((arg) => ['--backup', '--prepare', '--move-back'].includes(arg)) ?? '';
}

/** Throws ToolVersionMismatch unless mariadb-backup is of the same series (10.11, 11.4 ...) as the server `what` speaks of. */
export async function assertSameSeries(context: FunctionContext, version: string, what: string): Promise<void> {
  const ended = await backupTool({ ...context, log: () => undefined }, ['--no-defaults', '--version']);
  const problem = seriesProblem(`${ended.stdoutTail}${ended.stderrTail}`, version, what);
  if (problem !== undefined) throw new StashError('ToolVersionMismatch', problem);
}

/** `tool`: what mariadb-backup prints for --version; `server`: a server's @@version. Undefined when both are of one series. */
export function seriesProblem(tool: string, server: string, what: string): string | undefined {
  const ofTool = /MariaDB server (\d+\.\d+)\.\d+/.exec(tool)?.[1];
  const ofServer = /^(\d+\.\d+)\./.exec(server)?.[1];
  if (ofTool === undefined) return `mariadb-backup does not tell its version: ${tool.trim().slice(0, 200)}`;
  if (ofTool === ofServer) return undefined;
  return `mariadb-backup is of MariaDB ${ofTool}, ${what} of ${ofServer ?? `"${server}"`}; only the same series can read it`;
}
