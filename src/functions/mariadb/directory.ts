import { lchown, lstat, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Bytes of all files below a directory; what vanishes meanwhile counts nothing. */
export async function directorySize(directory: string): Promise<number> {
  let total = 0;
  for await (const { file } of walk(directory))
    total += await lstat(file).then(
      (stat) => (stat.isFile() ? stat.size : 0),
      () => 0,
    );
  return total;
}

/**
 * Bytes of what a physical backup takes of a data directory: of all of it, of what mariadb-backup copies whole into each incremental
 * (everything but InnoDB's pages and logs), and of what is there at least once it was restored (tables and tablespaces, without any log).
 * Binlogs are not taken. `logBin`: their path without numbers.
 */
export async function backedUpSize(datadir: string, logBin: string): Promise<{ all: number; copiedWhole: number; restored: number }> {
  const size = { all: 0, copiedWhole: 0, restored: 0 };
  const isBinlog = (file: string) => logBin !== '' && file.startsWith(`${logBin}.`) && /^\.\d+$/.test(file.slice(logBin.length));
  for await (const { file } of walk(datadir)) {
    const found = await lstat(file).catch(() => undefined);
    if (found?.isFile() !== true || isBinlog(file)) continue;
    size.all += found.size;
    if (!INNODB.test(basename(file))) size.copiedWhole += found.size;
    if (dirname(file) !== datadir || TABLESPACE.test(basename(file))) size.restored += found.size;
  }
  return size;
}

const TABLESPACE = /^(ibdata|undo)\d+$/;
const INNODB = /\.ibd$|^ibdata\d+$|^undo\d+$|^ib_logfile\d+$|^ibtmp\d+$/;

/** The first file below a directory whose name is looked for. */
export async function findFile(directory: string, wanted: (name: string) => boolean): Promise<string | undefined> {
  for await (const { file } of walk(directory)) if (wanted(file)) return file;
  return undefined;
}

/** The first entry below a directory that is neither a file nor a directory: a link would lead out of it. */
export async function strangeEntry(directory: string): Promise<string | undefined> {
  for await (const { file, ordinary } of walk(directory)) if (!ordinary) return file;
  return undefined;
}

export async function changeOwner(directory: string, owner: { uid: number; gid: number }): Promise<void> {
  await lchown(directory, owner.uid, owner.gid);
  for await (const { file } of walk(directory)) if (basename(file) !== LOST_AND_FOUND) await lchown(file, owner.uid, owner.gid);
}

export async function isEmptyOrAbsent(directory: string): Promise<boolean> {
  const names = await contentOf(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.length === 0;
}

/** Names in a data directory; what the file system itself has in the root of a volume is nobody's data. */
export async function contentOf(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name !== LOST_AND_FOUND);
}

const LOST_AND_FOUND = 'lost+found';

async function* walk(directory: string): AsyncGenerator<{ file: string; ordinary: boolean }> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const file = join(directory, entry.name);
    yield { file, ordinary: entry.isFile() || entry.isDirectory() };
    if (entry.isDirectory()) yield* walk(file);
  }
}
