import type { ChildProcess } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { StashError } from '../errors/error.ts';

/** A program that is started and does nothing until it is let go. */
interface Held {
  command: string;
  args: readonly string[];
  /** Streams besides the three usual ones. */
  stdio: 'pipe'[];
  /** To be called as soon as the process is there. */
  hold(pid: number): void;
  letGo(child: ChildProcess): void;
}

interface Program {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd?: string;
}

const SHELL = '/bin/sh';
/** Waits for a line; without one, since whoever was to write it is gone, it ends. The program gets the shell's process. */
const WAIT = 'IFS= read -r line <&3 || exit 125; exec "$@" 3<&-';
/** The place of `WAIT`'s stream. */
const STREAM = 3;
/** Where execvp looks without PATH. */
const DEFAULT_PATH = '/usr/bin:/bin';

/**
 * `program`, so that it begins when it is let go, and never should this process be killed before that: a shell waits in its place. The
 * first process of a container takes all others with it when it dies, and its image may have no shell: there the program itself is
 * stopped, within a millisecond of its start. Throws ToolMissing or CommandFailed where a shell would be all that starts.
 */
export function held(program: Program, firstProcess = process.pid === 1): Held {
  const { command, args } = program;
  if (firstProcess || !isProgram(SHELL))
    return {
      command,
      args,
      stdio: [],
      hold: (pid) => signal(pid, 'SIGSTOP'),
      letGo: ({ pid }) => pid !== undefined && signal(pid, 'SIGCONT'),
    };
  return {
    command: SHELL,
    args: ['-c', WAIT, 'sh', placeOf(program), ...args],
    stdio: ['pipe'],
    hold: () => undefined,
    letGo: ({ stdio }) => {
      const stream = stdio[STREAM] as Writable | null | undefined;
      // It may have been ended meanwhile; its exit tells.
      stream?.on('error', () => undefined);
      stream?.end('\n');
    },
  };
}

/**
 * The child alone, not its group: a shell that forks in that moment hands a SIGSTOP that went to the group on to the new process, but not
 * the SIGCONT, and then waits for that for ever (measured: 12 of 6,300 starts of a script that forks at once).
 */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function placeOf({ command, env, cwd = '.' }: Program): string {
  const places = command.includes('/')
    ? [resolve(cwd, command)]
    : (env.PATH ?? DEFAULT_PATH).split(delimiter).map((directory) => resolve(cwd, join(directory, command)));
  const found = places.find(isProgram);
  if (found !== undefined) return found;
  if (places.some((place) => statSync(place, { throwIfNoEntry: false }) !== undefined))
    throw new StashError('CommandFailed', `cannot start ${command}: EACCES`);
  throw new StashError('ToolMissing', `cannot start ${command}: there is no such file`);
}

function isProgram(place: string): boolean {
  try {
    accessSync(place, constants.X_OK);
    return statSync(place).isFile();
  } catch {
    return false;
  }
}
