import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Outcome } from './outcome.ts';

/** A program whose exit code is the verdict and whose output is the list of problems. */
export function commandCheck(root: string, note: string, command: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(join(root, command), args, { cwd: root, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      resolve({ note, problems: error === null ? [] : [output || error.message] });
    });
  });
}
