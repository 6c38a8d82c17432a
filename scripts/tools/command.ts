import { run } from '../../src/process/run.ts';

/** Runs a program of an installation and gives its output; throws with its last lines when it fails. */
export async function command(
  program: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<string> {
  const inherited = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const ran = await run({
    command: program,
    args,
    env: { ...inherited, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive', ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    signal: AbortSignal.timeout(15 * 60_000),
    stdoutTailBytes: 4 * 1024 * 1024,
  });
  if (ran.exitCode === 0) return ran.stdoutTail;
  const last = ran.stderrTail.trim().split('\n').slice(-3).join(' | ');
  throw new Error(
    `${program} ${args.filter((arg) => !arg.startsWith('-') && !arg.includes('=')).join(' ')} failed: ${last || `exit code ${ran.exitCode}`}`,
  );
}
