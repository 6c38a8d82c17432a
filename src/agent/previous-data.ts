import { lstat, readdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StashError } from '../errors/error.ts';
import { previousName } from '../functions/previous-name.ts';
import type { RestoreTask } from '../orders/order.ts';

/** Whether whole paths may be restored there. Throws DestinationNotEmpty before anything is touched. */
export async function checkPlaces(places: readonly string[], { allowOverwrite, previousData }: RestoreTask): Promise<void> {
  for (const place of places) {
    if (!(await holdsSomething(place))) continue;
    if (!allowOverwrite) throw new StashError('DestinationNotEmpty', `${place} is there already and allowOverwrite is not set`);
    if (previousData === 'Keep' && (await isMountPoint(place)))
      throw new StashError('DestinationNotEmpty', `${place} is a mount point, so what is in it cannot be set aside`, {
        remedy: 'Set previousData: Discard to rewrite the files in it, or restore to another destination.',
      });
  }
}

/** Renames what is in the way to `PATH.before-TIME`; returns the new names. */
export async function setAside(places: readonly string[], now: string): Promise<string[]> {
  const kept: string[] = [];
  for (const place of places) {
    if (!(await holdsSomething(place))) continue;
    const aside = await previousName(place, now);
    await rename(place, aside);
    kept.push(aside);
  }
  return kept;
}

/** Anything but an empty directory; a new file system is empty although it has a place for what a check of it finds. */
export async function holdsSomething(place: string): Promise<boolean> {
  const found = await lstat(place).catch(() => undefined);
  if (found === undefined) return false;
  if (!found.isDirectory()) return true;
  const names = await readdir(place);
  const [only] = names;
  return names.length > 1 || (only !== undefined && !(only === 'lost+found' && (await isMountPoint(place))));
}

async function isMountPoint(place: string): Promise<boolean> {
  const [own, parent] = await Promise.all([lstat(place), lstat(dirname(place))]);
  return own.dev !== parent.dev;
}
