import type { HookHandler } from '../api/hooks.ts';
import { StashError } from '../errors/error.ts';
import { sendGet, sendPost } from './http.ts';
import { renderHook } from './rendered.ts';
import type { Summary } from './summary.ts';
import { openSocket } from './tcp.ts';

export interface HookControl {
  signal: AbortSignal;
  /** How long the hook may take. Stash gave it five minutes: {@link DEFAULT_HOOK_TIMEOUT_MS}. */
  timeoutMs: number;
  /** Runs a command where the data is; must stop it when `signal` says so. The result is its end, not a thrown error. */
  exec: (command: readonly string[], options: { containerName?: string; signal: AbortSignal }) => Promise<ExecResult>;
}

interface ExecResult {
  /** 0 is success. */
  exitCode: number;
  /** What it printed, or the end of it, already free of secrets. */
  output: string;
  /** Where it ran, if that is not plain. */
  where?: string;
}

export const DEFAULT_HOOK_TIMEOUT_MS = 300_000;

/**
 * Does what the hook says, once, and waits for its end. Throws HookFailed when it did not work or took too long, Invalid when it cannot work
 * as it is written (a template, a port name), Canceled when `signal` ended it.
 */
export async function runHook(hook: HookHandler, summary: Summary, { signal, timeoutMs, exec }: HookControl): Promise<void> {
  const { exec: command, httpGet, httpPost, tcpSocket, containerName } = renderHook(hook, summary);
  const both = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    both.throwIfAborted();
    if (httpGet) await sendGet(httpGet, both);
    else if (httpPost) await sendPost(httpPost, both);
    else if (tcpSocket) await openSocket(tcpSocket, both);
    else if (command) checkExit(await exec(command, { ...(containerName !== undefined && { containerName }), signal: both }));
  } catch (cause) {
    if (signal.aborted) throw new StashError('Canceled', 'the hook was stopped before it ended', { cause });
    if (both.aborted) {
      const why = cause instanceof StashError ? `: ${cause.message}` : '';
      throw new StashError('HookFailed', `the hook did not end within ${timeoutMs / 1000} s${why}`, { cause });
    }
    throw cause;
  }
}

function checkExit({ exitCode, output, where }: ExecResult): void {
  if (exitCode === 0) return;
  const end = output.trim().split('\n').slice(-3).join('\n').slice(-500);
  throw new StashError(
    'HookFailed',
    `the command of the hook ended with status ${exitCode}${where === undefined ? '' : ` in ${where}`}${end === '' ? '' : `: ${end}`}`,
  );
}
