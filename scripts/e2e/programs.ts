import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from '../../src/process/run.ts';

/** The first of the programs that is in PATH. */
export function inPath(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.find((name) => folders.some((folder) => executable(join(folder, name))));
}

/** Runs a program with its output on the screen; throws when it fails. */
export async function visibly(
  command: string,
  args: readonly string[],
  signal: AbortSignal,
  env: Record<string, string> = {},
): Promise<string> {
  console.log(`+ ${command} ${args.join(' ')}`);
  const inherited = Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const ran = await run({
    command,
    args,
    env: { ...Object.fromEntries(inherited), ...env },
    signal,
    onStdout: (line) => console.log(line),
    onStderr: (line) => console.error(line),
    // A cluster that it started is to stay.
    leftBehind: 'leave',
  });
  if (ran.exitCode !== 0) throw new Error(`${command} ${args[0] ?? ''} failed (${ran.signal ?? `exit code ${ran.exitCode}`})`);
  return ran.stdoutTail;
}

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
