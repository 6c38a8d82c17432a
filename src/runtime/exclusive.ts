import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What the holder of a lock says about itself. */
export interface Holder {
  pid: number;
  /** RFC 3339. */
  startTime: string;
}

/** `by` is absent when the holder has not said yet who it is. */
type Exclusive = { taken: true; release: () => void } | { taken: false; by?: Holder };

/**
 * Takes the lock that `file` stands for, or tells within a moment who has it. It is SQLite's lock on the file, so the kernel gives it back when
 * the process dies, however it dies; the file itself stays. Nothing in this process may open `file` meanwhile: closing any handle
 * of it would give the lock back (POSIX). Hence the second file, `FILE.holder`.
 */
export function takeExclusive(file: string, self: Holder): Exclusive {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(file, { timeout: PROBE_MS });
  try {
    // In WAL mode the lock would be taken at the first write only.
    db.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (!isLocked(error)) throw error;
    const by = readHolder(`${file}.holder`);
    return { taken: false, ...(by === undefined ? {} : { by }) };
  }
  writeFileSync(`${file}.holder`, `${JSON.stringify(self)}\n`, { mode: 0o600 });
  return { taken: true, release: () => release(db, `${file}.holder`) };
}

/** Waited for a lock that is in the way: one who only looks whether it is held (exclusive-holder.ts) has it for less than that. */
const PROBE_MS = 200;

/** May be called twice. */
function release(db: DatabaseSync, holderFile: string): void {
  if (!db.isOpen) return;
  rmSync(holderFile, { force: true });
  db.close();
}

/** What the holder of the lock says about itself, in `FILE.holder`; one that was killed still says so. */
export function readHolder(file: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder>;
    if (typeof holder.pid !== 'number' || typeof holder.startTime !== 'string') return undefined;
    return { pid: holder.pid, startTime: holder.startTime };
  } catch {
    // Absent or half written: the holder is just taking the lock or giving it back.
    return undefined;
  }
}

/** SQLITE_BUSY and SQLITE_LOCKED. */
function isLocked(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (error.errcode === 5 || error.errcode === 6);
}
