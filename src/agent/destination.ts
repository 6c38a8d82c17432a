import { lstat, realpath, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isCode, StashError } from '../errors/error.ts';
import type { RestoreTask } from '../orders/order.ts';
import { formatBytes } from '../rules/bytes.ts';
import { holdsSomething } from './previous-data.ts';

/**
 * Whether a restore leaves Stash's own data (`keepOut`) and the repository it reads from alone, symbolic links resolved. Throws
 * DestinationUnusable before anything is touched.
 */
export async function checkKeptOut(places: readonly string[], task: RestoreTask, keepOut: readonly string[]): Promise<void> {
  const own = await Promise.all(keepOut.map(resolved));
  const { url } = task.repository.access;
  const repository = url.startsWith('/') ? await resolved(url) : undefined;
  // Above a repository files may be added, but what is there may not be renamed.
  const renames = task.previousData === 'Keep' && !hasPatterns(task);
  for (const place of places) {
    // A link that is in the place may be replaced as well as followed.
    for (const name of [await resolved(place), join(await resolved(dirname(place)), basename(place))]) {
      for (const directory of own) {
        if (isWithin(name, directory)) throw unusable(`${place} is inside Stash's data directory ${directory}`);
        if (isWithin(directory, name)) throw unusable(`${place} holds Stash's data directory ${directory}`);
      }
      if (repository === undefined) continue;
      if (isWithin(name, repository)) throw unusable(`${place} is inside the repository ${repository}`);
      if (renames && isWithin(repository, name)) throw unusable(`${place} holds the repository ${repository}`);
    }
  }
}

/**
 * Whether the file systems of the places have room for what is restored, as far as its size is known. Where files are rewritten in place,
 * or only some are restored, nobody can tell beforehand. Throws DestinationFull before anything is touched.
 */
export async function checkRoom(places: readonly string[], task: RestoreTask): Promise<void> {
  if (hasPatterns(task)) return;
  if (task.previousData === 'Discard' && (await Promise.all(places.map(holdsSomething))).includes(true)) return;
  const bytes = task.snapshots.reduce((sum, snapshot) => sum + (snapshot.bytes ?? 0), 0);
  const free = new Map<number, number>();
  for (const place of places) {
    const directory = await nearestExisting(place);
    const { bavail, bsize } = await statfs(directory);
    free.set((await stat(directory)).dev, bavail * bsize);
  }
  // How the bytes are shared out among several file systems is not known: together they must do.
  const room = [...free.values()].reduce((sum, value) => sum + value, 0);
  if (bytes <= room) return;
  const problem = `${formatBytes(room)} can be used, ${formatBytes(bytes)} are needed`;
  throw new StashError(
    'DestinationFull',
    `${places.join(', ')}: the file system has too little room for the restored data: ${problem}; nothing was changed`,
  );
}

/** What the engine says of a full disk, while it writes to the places, in terms of the restore. Any other failure is as it was. */
export function destinationFull(thrown: unknown, places: readonly string[]): unknown {
  // restic locks the repository to read it: that may be what is full.
  if (!isCode(thrown, 'StageFull', 'StorageFull') || /create lock|<lock\//.test(thrown.message)) return thrown;
  return new StashError('DestinationFull', `the file system of ${places.join(', ')} is full: ${thrown.message}`, { cause: thrown });
}

function unusable(why: string): StashError {
  return new StashError('DestinationUnusable', `${why}; nothing was changed`, {
    remedy: 'Restore to another directory (--to), or name the paths that are wanted.',
  });
}

function hasPatterns({ include, exclude }: RestoreTask): boolean {
  return include.length + exclude.length > 0;
}

/** Symbolic links resolved, as far as there is something. */
async function resolved(path: string): Promise<string> {
  const found = await realpath(path).catch(() => undefined);
  return found ?? (path === dirname(path) ? path : join(await resolved(dirname(path)), basename(path)));
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory.replace(/\/$/, '')}/`);
}

/** A link in the place itself is set aside; what is restored lies beside it. */
async function nearestExisting(place: string): Promise<string> {
  const link = (await lstat(place).catch(() => undefined))?.isSymbolicLink() ?? false;
  return link ? existingAncestor(dirname(place)) : existingAncestor(place);
}

async function existingAncestor(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined || path === dirname(path) ? path : existingAncestor(dirname(path));
}
