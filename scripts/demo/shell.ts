import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** The title of one part of the demonstration. */
export function heading(text: string): void {
  console.log(`\n== ${text}`);
}

export interface Shell {
  /** Runs a command as a person would type it; its output is shown. Throws when it fails. */
  show(command: string, args: string[]): Promise<void>;
  /** Runs a command and returns what it printed; the output is not shown. */
  read(command: string, args: string[], input?: string): Promise<string>;
  /** Starts a program that goes on; it is ended by `stop`. */
  start(command: string, args: string[], logFd: number): ChildProcess;
}

export function shellIn(cwd: string, env: Record<string, string>): Shell {
  return {
    show: async (command, args) => {
      console.log(`$ ${[command, ...args].map(quoted).join(' ')}`);
      const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
      const [code] = (await once(child, 'exit')) as [number | null];
      if (code !== 0) throw new Error(`${command} ${args[0] ?? ''} ended with ${code}`);
    },
    read: async (command, args, input) => {
      const child = spawn(command, args, { cwd, env, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
      child.stdin?.end(input);
      const [code] = (await once(child, 'close')) as [number | null];
      if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${Buffer.concat(err).toString().trim()}`);
      return Buffer.concat(out).toString();
    },
    start: (command, args, logFd) => spawn(command, args, { cwd, env, stdio: ['ignore', logFd, logFd] }),
  };
}

/** SIGTERM, and the end of the process. */
export async function stop(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

function quoted(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
