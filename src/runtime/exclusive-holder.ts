import { existsSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type Holder, readHolder } from './exclusive.ts';

/**
 * Whether some process holds the lock that `file` stands for (see exclusive.ts), without taking it. Not for the process that may hold
 * it itself. The file of the holder is asked first, so that a process which is about to take the lock is not disturbed.
 */
export function isHeld(file: string): boolean {
  if (!existsSync(file) || !hasHolder(`${file}.holder`)) return false;
  const db = new DatabaseSync(file, { readOnly: true, timeout: 0 });
  try {
    // Needs a shared lock, which the exclusive one keeps out. A holder that was killed has left its file, but not its lock.
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && (error.errcode === 5 || error.errcode === 6)) return true;
    throw error;
  } finally {
    db.close();
  }
}

/** Who holds it now; undefined when nobody does. */
export function heldBy(file: string): Holder | undefined {
  return isHeld(file) ? readHolder(`${file}.holder`) : undefined;
}

function hasHolder(file: string): boolean {
  try {
    return readFileSync(file, 'utf8') !== '';
  } catch {
    return false;
  }
}
