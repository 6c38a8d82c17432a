import { StashError } from '../../errors/error.ts';
import { run } from '../../process/run.ts';
import { findLine, messages } from './messages.ts';

/** Older ones lack flags and exit codes that the driver relies on (0.14 ends with 0 though a source is missing). */
export const OLDEST_RESTIC = '0.19.0';

/** Throws ToolMissing or ToolTooOld. */
export async function resticVersion(path: string, env: Readonly<Record<string, string>>): Promise<string> {
  const ran = await run({ command: path, args: ['version', '--json'], env, signal: AbortSignal.timeout(30_000) });
  const version = findLine(messages.version, ran.stdoutTail)?.version ?? /^restic (\d+\.\d+\.\d+)/m.exec(ran.stdoutTail)?.[1];
  if (version === undefined)
    throw new StashError('ToolMissing', `${path} is not restic: it printed ${JSON.stringify(ran.stdoutTail.slice(0, 80))}`);
  if (!isAtLeast(version, OLDEST_RESTIC))
    throw new StashError('ToolTooOld', `${path} is restic ${version}, ${OLDEST_RESTIC} or newer is needed`);
  return version;
}

/** Compares dotted numbers; what follows a `-` or `~` is left out. */
export function isAtLeast(version: string, oldest: string): boolean {
  const numbers = (text: string) => (text.split(/[-~+]/)[0] ?? '').split('.').map(Number);
  const [have, need] = [numbers(version), numbers(oldest)];
  for (let index = 0; index < need.length; index++) {
    const difference = (have[index] ?? 0) - (need[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
