import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { findTool, isFound } from '../../tools/locate.ts';
import { PASSWORD } from './repository.ts';

/** restic as anybody could run it, with no Stash around it: what it says is the truth about a repository. */
export async function plainRestic(repository: string, ...args: string[]): Promise<string> {
  const { child, ended } = await startRestic(repository, ...args);
  child.stdin.end();
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if ((await ended) !== 0) throw new Error(`restic ${args.join(' ')}: ${stderr}`);
  return stdout;
}

interface PlainSnapshot {
  id: string;
  hostname: string;
  paths: string[];
  tags?: string[];
}

/** The snapshots of data, oldest first: without the records that Stash keeps beside them, or those of one host. */
export async function dataSnapshots(repository: string, host?: string): Promise<PlainSnapshot[]> {
  const all = JSON.parse(await plainRestic(repository, '--json', 'snapshots')) as PlainSnapshot[];
  return all.filter((one) => (host === undefined ? one.hostname !== 'stash-records' : one.hostname === host));
}

/** One that goes on until the caller ends it. */
export async function startRestic(repository: string, ...args: string[]) {
  const found = await findTool('restic');
  if (!isFound(found)) throw new Error(found.missing);
  const child = spawn(found.path, ['--no-cache', ...args], {
    env: { HOME: '/nonexistent', RESTIC_REPOSITORY: repository, RESTIC_PASSWORD: PASSWORD },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return { child, ended: once(child, 'exit').then(([code]) => code as number | null) };
}
