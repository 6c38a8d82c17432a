import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RestoreWishes } from './manifest.ts';

/** What a dry run says of a directory in which a database would not be restored; undefined where that cannot be seen from here. */
export async function notEmpty({ to, allowOverwrite }: RestoreWishes, cwd: string, cluster: boolean): Promise<string | undefined> {
  if (cluster || to === undefined || !/^[./]/.test(to) || allowOverwrite === true) return undefined;
  const directory = resolve(cwd, to);
  const names = await readdir(directory).catch(() => []);
  // The file system itself has that in the root of a volume.
  if (names.every((name) => name === 'lost+found')) return undefined;
  return `note:  ${directory} is not empty: without --allow-overwrite the restore is refused (DestinationNotEmpty)`;
}
