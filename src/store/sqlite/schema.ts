import type { DatabaseSync } from 'node:sqlite';
import { StashError } from '../../errors/error.ts';

/** "STSH": tells our files from those of other programs. */
const APPLICATION_ID = 0x53545348;

/**
 * The n-th text takes a file from schema version n to n + 1. A released text never changes.
 *
 * `version` is the store-wide counter that resourceVersions are taken from; an object and a tombstone carry the one of their last
 * change, so "everything above v, in order" is the list of changes since v.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE counter (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, pruned INTEGER NOT NULL) STRICT;
  INSERT INTO counter VALUES (1, 0, 0);
  CREATE TABLE objects (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    uid TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL UNIQUE,
    labels TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, namespace, name)
  ) STRICT;
  CREATE TABLE owners (
    owner TEXT NOT NULL,
    object INTEGER NOT NULL REFERENCES objects (id) ON DELETE CASCADE,
    PRIMARY KEY (owner, object)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX owners_by_object ON owners (object);
  CREATE TABLE tombstones (version INTEGER PRIMARY KEY, kind TEXT NOT NULL, uid TEXT NOT NULL, body TEXT NOT NULL) STRICT;
  `,
];

/** Refuses files of other programs and of a newer Stash; changes nothing. */
export function requireOurs(db: DatabaseSync, file: string): void {
  const version = pragma(db, 'user_version');
  if (pragma(db, 'application_id') !== APPLICATION_ID && !isEmpty(db)) {
    throw new StashError('StoreUnavailable', `${file} is an SQLite database of another program`, {
      remedy: 'Use another --data-dir.',
    });
  }
  if (version > MIGRATIONS.length) {
    throw new StashError(
      'StoreUnavailable',
      `${file} has schema version ${version}, but this release knows versions up to ${MIGRATIONS.length}`,
      { remedy: 'Use the newer release that wrote it, or another --data-dir.' },
    );
  }
}

/** Brings the file to the newest schema. Runs inside the caller's transaction. */
export function migrate(db: DatabaseSync): void {
  const version = pragma(db, 'user_version');
  for (const migration of MIGRATIONS.slice(version)) db.exec(migration);
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}`);
}

/** Whether `migrate` has something to do; a store that is up to date is opened without a write. */
export function isCurrent(db: DatabaseSync): boolean {
  return pragma(db, 'application_id') === APPLICATION_ID && pragma(db, 'user_version') === MIGRATIONS.length;
}

function pragma(db: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function isEmpty(db: DatabaseSync): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}
