import { lstat } from 'node:fs/promises';

/**
 * Where what is at `path` is set aside: `PATH.before-TIME`, with a number behind it where that is taken, since two restores can begin within
 * one second and neither may touch what the other kept. `time`: RFC 3339, UTC.
 */
export async function previousName(path: string, time: string): Promise<string> {
  const name = `${path}.before-${time.replace(/[-:]|\..*/g, '')}`;
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!(await isThere(candidate))) return candidate;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
