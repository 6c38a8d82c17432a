import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StashError } from '../../errors/error.ts';
import { isCurrent, migrate, requireOurs } from './schema.ts';
import { storeError } from './sqlite-error.ts';

/**
 * The database in WAL mode, current in schema, private to its user. `synchronous = FULL` syncs the log at each commit: what was
 * committed is there after a power cut.
 */
export function openDatabase(file: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    makePrivateFile(file);
    db = new DatabaseSync(file, { timeout: OPEN_TIMEOUT_MS });
    requireOurs(db, file);
    chmodSync(file, 0o600);
    useWal(db, file);
    db.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = FAST; PRAGMA journal_size_limit = 16777216');
    if (!isCurrent(db)) migrateAlone(db);
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    return db;
  } catch (error) {
    db?.close();
    throw storeError(error, file);
  }
}

const OPEN_TIMEOUT_MS = 5_000;
/** Short, since waiting here stops the whole process; `retryBusy` waits on without that. */
const BUSY_TIMEOUT_MS = 50;

function makePrivateFile(file: string): void {
  const directory = dirname(file);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // SQLite gives the -wal and -shm files the mode of this one.
  closeSync(openSync(file, 'a', 0o600));
  // The new name in the directory must survive a power cut, too; SQLite sees to that only for its journals.
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function useWal(db: DatabaseSync, file: string): void {
  const mode = db.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode;
  if (mode === 'wal') return;
  throw new StashError('StoreUnavailable', `${file} cannot be used in WAL mode (SQLite answered ${String(mode)})`, {
    remedy: 'Use a --data-dir on a local disk; network file systems cannot share memory between processes.',
  });
}

/** Two processes may open a new file at the same moment: the one that comes second finds it done. */
function migrateAlone(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    migrate(db);
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}
