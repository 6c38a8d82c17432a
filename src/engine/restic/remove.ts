import { isCode, StashError } from '../../errors/error.ts';
import type { RepositoryAccess, RunControl } from '../engine.ts';
import { argv } from './argv.ts';
import { type ResticSettings, runRestic } from './command.ts';
import { rcloneObjects } from './objects-by-rclone.ts';
import { idsIn, inOrder, type OwnObjects } from './own-objects.ts';

/** See Engine.removeRepository. */
export async function removeRepository(settings: ResticSettings, access: RepositoryAccess, control: RunControl): Promise<void> {
  const keys = await keyIds(settings, access, control);
  const objects = await objectsOf(settings, access, control);
  const names = await objects.list();
  requireSame(access, keys, names);
  requireUnused(access, names);
  for (const step of inOrder(names)) await objects.remove(step);
  await objects.tidy();
  const [left] = await objects.list();
  if (left !== undefined) throw new StashError('StorageDenied', `${access.url}: ${left} is still there after it was removed`);
}

/** Undefined where restic finds no repository (any more). */
async function keyIds(settings: ResticSettings, access: RepositoryAccess, control: RunControl): Promise<string[] | undefined> {
  try {
    const ran = await runRestic(settings, access, { args: argv.listKeys(), keepStdout: 1024 * 1024, quiet: true }, control);
    return ran.stdout.split('\n').filter((line) => /^[0-9a-f]{64}$/.test(line));
  } catch (error) {
    if (isCode(error, 'RepositoryMissing')) return undefined;
    throw error;
  }
}

async function objectsOf(settings: ResticSettings, access: RepositoryAccess, control: RunControl): Promise<OwnObjects> {
  if (!access.url.startsWith('rest:')) return rcloneObjects(settings, access, control);
  // Its HTTP client is a third of what an idle agent would hold in memory, and hardly any ever does this.
  const { restObjects } = await import('./objects-by-rest.ts');
  return restObjects(access, control);
}

/** Two programs name one place each in its own way: only what both of them see there is known to be the repository that was opened. */
function requireSame(access: RepositoryAccess, keys: readonly string[] | undefined, names: readonly string[]): void {
  const listed = idsIn('keys', names);
  const same =
    keys === undefined
      ? !names.includes('config')
      : names.includes('config') && listed.length > 0 && listed.every((id) => keys.includes(id));
  if (!same)
    throw new StashError('Internal', `${access.url}: what is listed there is not the repository that restic opens; nothing was removed`);
}

function requireUnused(access: RepositoryAccess, names: readonly string[]): void {
  const snapshots = idsIn('snapshots', names);
  if (snapshots.length > 0) throw new StashError('RepositoryNotEmpty', `${access.url} holds snapshots (${snapshots.length})`);
  const locks = idsIn('locks', names);
  if (locks.length > 0) throw new StashError('RepositoryLocked', `${access.url} is locked (${locks[0]}): it is not removed`);
}
