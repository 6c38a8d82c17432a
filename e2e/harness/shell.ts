import { execFileSync } from 'node:child_process';

/** Runs a command of the person who runs the tests. */
export function shell(command: string): void {
  execFileSync('sh', ['-c', command], { stdio: 'ignore' });
}
