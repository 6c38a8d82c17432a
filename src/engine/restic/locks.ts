import { isCode } from '../../errors/error.ts';
import type { Lock, RepositoryAccess, RunControl } from '../engine.ts';
import { argv } from './argv.ts';
import { type ResticSettings, runRestic } from './command.ts';
import { messages, readDocument } from './messages.ts';

const UNREADABLE = { time: '1970-01-01T00:00:00Z', exclusive: true, hostname: '', username: '', pid: 0 };

/**
 * A lock that goes while they are being read is left out. One that cannot be read (cut off while it was written) is shown as nobody's of
 * 1970, so that it can be seen and, by the rules for strangers' locks, be removed.
 */
export async function locks(settings: ResticSettings, access: RepositoryAccess, control: RunControl): Promise<Lock[]> {
  const found: Lock[] = [];
  for (const id of await lockIds(settings, access, control)) {
    const lock = await readLock(settings, access, id, control);
    if (lock !== undefined) found.push(lock);
    else if ((await lockIds(settings, access, control)).includes(id)) found.push({ id, ...UNREADABLE });
  }
  return found;
}

export async function removeAllLocks(settings: ResticSettings, access: RepositoryAccess, control: RunControl): Promise<void> {
  await runRestic(settings, access, { args: argv.removeAllLocks() }, control);
}

async function lockIds(settings: ResticSettings, access: RepositoryAccess, control: RunControl): Promise<string[]> {
  const ran = await runRestic(settings, access, { args: argv.listLocks(), keepStdout: 1024 * 1024, quiet: true }, control);
  return ran.stdout.split('\n').filter((line) => /^[0-9a-f]{64}$/.test(line));
}

async function readLock(settings: ResticSettings, access: RepositoryAccess, id: string, control: RunControl): Promise<Lock | undefined> {
  try {
    const ran = await runRestic(settings, access, { args: argv.catLock(id), quiet: true }, control);
    const { time, exclusive, hostname, username, pid } = readDocument(messages.lock, ran.stdout, 'cat lock');
    return { id, time, exclusive, hostname, username, pid };
  } catch (error) {
    if (isCode(error, 'TimedOut', 'Canceled', 'StorageUnreachable', 'StorageDenied')) throw error;
    return undefined;
  }
}
