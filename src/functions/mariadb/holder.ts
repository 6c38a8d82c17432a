import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The pid of the server that runs on a data directory: InnoDB holds a POSIX write lock on `ibdata1` as long as it lives, and
 * /proc/locks shows it to every user. Undefined when there is none.
 */
export async function dataDirectoryHolder(directory: string): Promise<number | undefined> {
  const file = await stat(join(directory, 'ibdata1')).catch(() => undefined);
  if (file === undefined) return undefined;
  return lockHolder(await readFile('/proc/locks', 'utf8'), file);
}

/** Lines look like `1: POSIX  ADVISORY  WRITE 4711 fe:00:123456 0 EOF`: pid, then device (major:minor in hex) and inode. */
export function lockHolder(locks: string, file: { dev: number; ino: number }): number | undefined {
  for (const line of locks.split('\n')) {
    const match = /^\d+: POSIX\s+ADVISORY\s+WRITE\s+(-?\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /.exec(line);
    if (match === null || Number(match[4]) !== file.ino) continue;
    if (Number.parseInt(match[2] ?? '', 16) === major(file.dev) && Number.parseInt(match[3] ?? '', 16) === minor(file.dev))
      return Number(match[1]);
  }
  return undefined;
}

/** glibc's gnu_dev_major and gnu_dev_minor, for the low 32 bits that file systems use. */
function major(dev: number): number {
  return (dev >>> 8) & 0xfff;
}

function minor(dev: number): number {
  return (dev & 0xff) | ((dev >>> 12) & 0xfff00);
}
