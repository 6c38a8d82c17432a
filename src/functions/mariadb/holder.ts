import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The pid of the server that runs on a data directory: InnoDB holds a POSIX write lock on `ibdata1` as long as it lives, and
 * /proc/locks shows it to every user. Undefined when there is none.
 */
export async function dataDirectoryHolder(directory: string): Promise<number | undefined> {
  const file = await stat(join(directory, 'ibdata1')).catch(() => undefined);
  if (file === undefined) return undefined;
  const locks = writeLocks(await readFile('/proc/locks', 'utf8')).filter((lock) => lock.inode === file.ino);
  for (const lock of locks) if (lock.device === deviceName(file.dev) || (await mayHaveOpen(lock.pid, file))) return lock.pid;
  return undefined;
}

interface WriteLock {
  pid: number;
  /** `major:minor`, decimal. */
  device: string;
  inode: number;
}

/** Lines look like `1: POSIX  ADVISORY  WRITE 4711 fe:00:123456 0 EOF`: pid, then device (major:minor in hex) and inode. */
export function writeLocks(locks: string): WriteLock[] {
  return [...locks.matchAll(/^\d+: POSIX\s+ADVISORY\s+WRITE\s+(-?\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /gm)].map(
    ([, pid, major = '', minor = '', inode]) => ({
      pid: Number(pid),
      device: `${Number.parseInt(major, 16)}:${Number.parseInt(minor, 16)}`,
      inode: Number(inode),
    }),
  );
}

/** As glibc's gnu_dev_major and gnu_dev_minor, for the low 32 bits that file systems use. */
export function deviceName(dev: number): string {
  return `${(dev >>> 8) & 0xfff}:${(dev & 0xff) | ((dev >>> 12) & 0xfff00)}`;
}

/** On btrfs and overlayfs the lock's device is not the file's: then the open files of the process tell, and if they cannot be read, it may. */
async function mayHaveOpen(pid: number, file: { dev: number; ino: number }): Promise<boolean> {
  const directory = `/proc/${pid}/fd`;
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : undefined));
  if (names === undefined) return true;
  const open = await Promise.all(names.map((name) => stat(join(directory, name)).catch(() => undefined)));
  return open.some((one) => one?.dev === file.dev && one.ino === file.ino);
}
