import { type ChildProcess, spawn } from 'node:child_process';
import { StashError } from '../errors/error.ts';
import { held } from './held.ts';
import { type ProcessIdentity, processIdentity, signalGroup, whenGroupGone } from './identity.ts';
import { splitLines } from './lines.ts';
import { type Tail, tail } from './tail.ts';

export interface RunRequest {
  command: string;
  args: readonly string[];
  /** The whole environment of the child; nothing is inherited. Secrets go here, never into `args`. */
  env: Readonly<Record<string, string>>;
  cwd?: string;
  /** Text for its standard input; absent: standard input is empty. */
  input?: string;
  /** Ends the child (stopSignal, grace, SIGKILL) when it aborts. */
  signal: AbortSignal;
  /** Milliseconds until the child is ended the same way; absent: no limit. */
  timeoutMs?: number;
  /** The first signal that ends it, SIGTERM unless given: mariadb-backup, for one, blocks that. */
  stopSignal?: NodeJS.Signals;
  /** Milliseconds between that signal and SIGKILL; 10,000 unless given. */
  graceMs?: number;
  /** Each line without its end; a line over 1 MiB is cut. Must not throw. Both streams are always drained, callback or not. */
  onStdout?: (line: string) => void;
  onStderr?: (line: string) => void;
  /** How much of the end of each stream is kept in the result, in bytes; 64 KiB unless given. */
  stdoutTailBytes?: number;
  stderrTailBytes?: number;
  /**
   * Awaited while the child is held (`held.ts`): what is journaled here is on disk before the child gets to work. If it throws, the child
   * is killed; if this process is, the child ends without having begun.
   */
  onStart?: (process: ProcessIdentity) => Promise<void> | void;
  /** What the child left running in its process group when it ended by itself: ended too (default), or left (a command that starts a server). */
  leftBehind?: 'end' | 'leave';
}

export interface RunResult {
  /** Null when a signal ended it. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdoutTail: string;
  stderrTail: string;
  /** The tail does not hold all of stdout. */
  stdoutCut: boolean;
  timedOut: boolean;
  canceled: boolean;
}

/**
 * Runs a program in a process group of its own. Resolves, whatever its exit code, once it and its group are gone and its output was read
 * to the end. Throws ToolMissing when there is no such program, CommandFailed when it cannot be started.
 */
export async function run(request: RunRequest): Promise<RunResult> {
  if (request.signal.aborted) return notStarted();
  const hold = request.onStart === undefined ? undefined : held(request);
  const child = start(request, hold);
  if (child.pid !== undefined) hold?.hold(child.pid);
  const pid = await startedPid(child, request);
  const out = drain(child.stdout, request.onStdout, request.stdoutTailBytes);
  const err = drain(child.stderr, request.onStderr, request.stderrTailBytes);
  const exited = new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('exit', (code, signal) => resolve([code, signal]));
  });
  const stop = stopper(pid, request);
  try {
    const identity = hold && processIdentity(pid);
    if (identity !== undefined) await request.onStart?.(identity);
    hold?.letGo(child);
    feed(child, request.input);
    const [exitCode, signal] = await exited;
    await stop.settle();
    await closed(child);
    return {
      exitCode,
      signal,
      stdoutTail: out.text(),
      stderrTail: err.text(),
      stdoutCut: out.cut(),
      timedOut: stop.reason() === 'timeout',
      canceled: stop.reason() === 'abort',
    };
  } catch (error) {
    signalGroup(pid, 'SIGKILL');
    await exited;
    await whenGroupGone(pid);
    throw error;
  } finally {
    stop.dispose();
  }
}

function notStarted(): RunResult {
  return { exitCode: null, signal: null, stdoutTail: '', stderrTail: '', stdoutCut: false, timedOut: false, canceled: true };
}

function start(request: RunRequest, hold: ReturnType<typeof held> | undefined): ChildProcess {
  const { command, args } = hold ?? request;
  return spawn(command, [...args], {
    env: { ...request.env },
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    stdio: [request.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...(hold?.stdio ?? [])],
    detached: true,
  });
}

async function startedPid(child: ChildProcess, request: RunRequest): Promise<number> {
  if (child.pid !== undefined) return child.pid;
  const cause = await new Promise<NodeJS.ErrnoException>((resolve) => child.once('error', resolve));
  const where = request.cwd === undefined ? '' : ` in ${request.cwd}`;
  if (cause.code === 'ENOENT')
    throw new StashError('ToolMissing', `cannot start ${request.command}${where}: there is no such file`, { cause });
  throw new StashError('CommandFailed', `cannot start ${request.command}${where}: ${cause.code ?? cause.message}`, { cause });
}

function drain(stream: NodeJS.ReadableStream | null, onLine: ((line: string) => void) | undefined, bytes = 64 * 1024): Tail {
  const kept = tail(bytes);
  const lines = onLine === undefined ? undefined : splitLines(onLine);
  stream?.on('data', (chunk: Buffer) => {
    kept.add(chunk);
    lines?.add(chunk);
  });
  stream?.on('end', () => lines?.end());
  return kept;
}

function feed(child: ChildProcess, input: string | undefined): void {
  if (input === undefined) return;
  // A child that ends without reading all of it (EPIPE) is judged by its exit code.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
}

function stopper(pid: number, request: RunRequest) {
  let reason: 'timeout' | 'abort' | undefined;
  let ending: Promise<void> | undefined;
  const end = (why: 'timeout' | 'abort') => {
    reason ??= why;
    ending ??= endGroup(pid, request);
  };
  const onAbort = () => end('abort');
  request.signal.addEventListener('abort', onAbort, { once: true });
  // Node turns a delay beyond 2^31-1 ms into 1 ms.
  const timer = request.timeoutMs === undefined ? undefined : setTimeout(() => end('timeout'), Math.min(request.timeoutMs, 2_147_483_647));
  return {
    reason: () => reason,
    /** After the child's own end: until nothing of its group is left. */
    settle: async () => {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', onAbort);
      if (ending === undefined && request.leftBehind !== 'leave') ending = endGroup(pid, request);
      await ending;
    },
    dispose: () => {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', onAbort);
    },
  };
}

async function endGroup(pid: number, { stopSignal = 'SIGTERM', graceMs = 10_000 }: RunRequest): Promise<void> {
  if (!signalGroup(pid, stopSignal)) return;
  signalGroup(pid, 'SIGCONT');
  if (await whenGroupGone(pid, graceMs)) return;
  signalGroup(pid, 'SIGKILL');
  await whenGroupGone(pid);
}

/** Reads the pipes to their end; a process that left the group may hold them open for ever, so there is a limit. */
async function closed(child: ChildProcess): Promise<void> {
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  await Promise.all(
    streams.map(
      (stream) =>
        new Promise<void>((resolve) => {
          if (stream.closed) return resolve();
          const timer = setTimeout(() => stream.destroy(), 1_000);
          stream.once('close', () => {
            clearTimeout(timer);
            resolve();
          });
        }),
    ),
  );
}
