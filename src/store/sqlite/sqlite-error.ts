import { StashError } from '../../errors/error.ts';

/** Another connection holds the lock that was needed: the same call may succeed a moment later. */
export function isBusy(thrown: unknown): boolean {
  return primaryCode(thrown) === 5 || primaryCode(thrown) === 6;
}

/** A failure of SQLite or of the file system as StoreUnavailable; a StashError stays what it is. */
export function storeError(thrown: unknown, file: string): StashError {
  if (thrown instanceof StashError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  const { what, remedy } = EXPLAINED[primaryCode(thrown) ?? -1] ?? { what: 'failed' };
  return new StashError('StoreUnavailable', `the store ${file} ${what}: ${detail}`, {
    cause: thrown,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

const RESTORE_FILE = 'Move the file away and start with an empty store, or put back a copy of it; the repositories are not affected.';

/** By SQLite's primary result code, https://sqlite.org/rescode.html. */
const EXPLAINED: Record<number, { what: string; remedy?: string }> = {
  5: { what: 'is locked by another process', remedy: 'Look for a stopped or hanging process that has the file open, and end it.' },
  8: { what: 'is read-only' },
  10: { what: 'could not be read or written' },
  11: { what: 'is damaged', remedy: RESTORE_FILE },
  13: { what: 'could not be written, the disk is full', remedy: 'Free space on the disk of the data directory.' },
  14: { what: 'could not be opened' },
  26: { what: 'is not an SQLite database', remedy: RESTORE_FILE },
};

/** The low byte of the extended code that node:sqlite gives. */
function primaryCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('errcode' in thrown) || typeof thrown.errcode !== 'number') return undefined;
  return thrown.errcode & 0xff;
}
