import { constants } from 'node:fs';
import { access, lstat, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StashError } from '../../errors/error.ts';
import type { FunctionContext } from '../function.ts';
import { isEmptyOrAbsent } from './directory.ts';
import { dataDirectoryHolder } from './holder.ts';
import type { DirectoryOwner, RecordedChain } from './recorded-chain.ts';

/** A data directory as it is before the restore. */
export interface Destination {
  /** Symbolic links resolved: what is swapped is the directory, not a link to it. */
  directory: string;
  empty: boolean;
  mounted: boolean;
  /** Pid of the server that runs on it. */
  holder?: number;
  /** Whose the restored directory will be: as it was, else as it was backed up, else as its parent. */
  owner: DirectoryOwner;
}

export async function examineDestination(wanted: string, recorded: RecordedChain): Promise<Destination> {
  const directory = await realpath(wanted).catch(() => wanted);
  const holder = await dataDirectoryHolder(directory);
  const is = await ownerOf(directory);
  return {
    directory,
    empty: await isEmptyOrAbsent(directory),
    mounted: await isMountPoint(directory),
    ...(holder === undefined ? {} : { holder }),
    owner: is ?? recorded.owner ?? { uid: 0, gid: 0, ...(await ownerOf(await existingAncestor(directory))), mode: 0o700 },
  };
}

/** What is wrong with restoring there, before anything was fetched or stopped. */
export function destinationProblem(destination: Destination, restore: FunctionContext['restore']): StashError | undefined {
  const { directory, empty, mounted, holder } = destination;
  const { allowOverwrite, previousData, stopCommand, startCommand } = restore;
  if (holder !== undefined && (stopCommand.length === 0 || startCommand.length === 0))
    return new StashError('DatabaseRunning', `a server (pid ${holder}) runs on the data directory ${directory}`);
  if (!allowOverwrite && !empty)
    return new StashError('DestinationNotEmpty', `the data directory ${directory} is not empty and allowOverwrite is not set`);
  if (previousData === 'Keep' && !empty && mounted)
    return new StashError('DestinationNotEmpty', `${directory} is a mount point, so the previous data cannot be moved aside`, {
      remedy: 'Set previousData: Discard, or mount the volume one level higher.',
    });
  return undefined;
}

/** Throws DestinationUnusable when the directory cannot be put there by this user. */
export async function assertWritable({ directory, mounted }: Destination): Promise<void> {
  const place = mounted ? directory : await existingAncestor(dirname(directory));
  try {
    await access(place, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EROFS' ? 'is on a read-only file system' : `cannot be written by uid ${process.getuid?.()}`;
    throw new StashError('DestinationUnusable', `${place} ${why}, so the data directory ${directory} cannot be replaced`, { cause: error });
  }
}

export async function existingAncestor(path: string): Promise<string> {
  const found = await lstat(path).catch(() => undefined);
  return found !== undefined || path === dirname(path) ? path : existingAncestor(dirname(path));
}

async function ownerOf(directory: string): Promise<DirectoryOwner | undefined> {
  const found = await stat(directory).catch(() => undefined);
  return found && { uid: found.uid, gid: found.gid, mode: found.mode & 0o7777 };
}

async function isMountPoint(directory: string): Promise<boolean> {
  const [own, parent] = await Promise.all([lstat(directory).catch(() => undefined), lstat(dirname(directory)).catch(() => undefined)]);
  return own !== undefined && parent !== undefined && own.dev !== parent.dev;
}
