import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** The real command as a process, on a data directory of its own. */
export interface CliProcess {
  dataDir: string;
  /** A directory of its own for manifests and the like. */
  dir: string;
  run: (args: string[], options?: { stdin?: string; env?: Record<string, string> }) => Promise<Ended>;
  /** A command that goes on; the caller ends it. */
  start: (args: string[]) => ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream };
  /** Removes the directories. */
  dispose: () => Promise<void>;
}

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

const MAIN = new URL('../../main/cli.ts', import.meta.url).pathname;

export async function cliProcess(): Promise<CliProcess> {
  const dir = await mkdtemp(join(tmpdir(), 'stash-cli-test-'));
  const dataDir = join(dir, 'data');
  const start = (args: string[], env: Record<string, string> = {}) =>
    spawn(process.execPath, [MAIN, ...args], {
      cwd: dir,
      env: { PATH: process.env.PATH ?? '', HOME: dir, STASH_DATA_DIR: dataDir, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  return {
    dir,
    dataDir,
    start,
    run: async (args, { stdin = '', env } = {}) => {
      const child = start(args, env);
      child.stdin.end(stdin);
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
      const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
      return { code, stdout, stderr };
    },
    dispose: () => rm(dir, { recursive: true, force: true }),
  };
}
