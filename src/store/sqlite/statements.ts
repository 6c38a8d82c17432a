import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { KindName } from '../../api/kinds.ts';
import type { AnyObject, ObjectKey, OwnerReference } from '../../api/object.ts';
import { StashError } from '../../errors/error.ts';
import { fits } from '../fits.ts';
import type { ListFilter } from '../store.ts';

/** An object with its row id. The resourceVersion lives in `version`, and in the object when it is handed out. */
export interface Stored {
  id: number;
  object: AnyObject;
}

/** The SQL of the store, each call one statement inside the caller's transaction. */
export class Statements {
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  nextVersion(): number {
    return Number(this.#one('UPDATE counter SET version = version + 1 RETURNING version')?.version);
  }

  find(kind: KindName, key: ObjectKey): Stored | undefined {
    const row = this.#one(
      'SELECT id, version, body FROM objects WHERE kind = ? AND namespace = ? AND name = ?',
      kind,
      key.namespace,
      key.name,
    );
    return row === undefined ? undefined : stored(row);
  }

  list(kind: KindName, filter: ListFilter): AnyObject[] {
    const labels = Object.entries(filter.labels ?? {});
    const conditions = ['kind = ?'];
    const values = [kind as string];
    if (filter.namespace !== undefined) {
      conditions.push('namespace = ?');
      values.push(filter.namespace);
    }
    for (const pair of labels) {
      conditions.push('EXISTS (SELECT 1 FROM json_each(labels) WHERE key = ? AND atom = ?)');
      values.push(...pair);
    }
    const rows = this.#all(`SELECT id, version, body FROM objects WHERE ${conditions.join(' AND ')} ORDER BY namespace, name`, ...values);
    return rows.map((row) => stored(row).object).filter((object) => fits(object, filter));
  }

  /** Objects that name `uid` as an owner. */
  dependents(uid: string): Stored[] {
    const rows = this.#all('SELECT id, version, body FROM owners JOIN objects ON id = object WHERE owner = ? ORDER BY id', uid);
    return rows.map(stored);
  }

  /** As the Kubernetes garbage collector sees it: an owner of another namespace does not exist. */
  ownerExists(owner: OwnerReference, namespace: string): boolean {
    const sql = "SELECT 1 FROM objects WHERE uid = ? AND kind = ? AND name = ? AND namespace IN ('', ?)";
    return this.#one(sql, owner.uid, owner.kind, owner.name, namespace) !== undefined;
  }

  insert(object: AnyObject, version: number): number {
    const { name, namespace = '', uid = '', labels = {} } = object.metadata;
    const sql = 'INSERT INTO objects (kind, namespace, name, uid, version, labels, body) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id';
    const row = this.#one(sql, object.kind, namespace, name, uid, version, JSON.stringify(labels), bodyOf(object));
    const id = Number(row?.id);
    this.#setOwners(id, object);
    return id;
  }

  update(id: number, object: AnyObject, version: number): void {
    const labels = JSON.stringify(object.metadata.labels ?? {});
    this.#run('UPDATE objects SET version = ?, labels = ?, body = ? WHERE id = ?', version, labels, bodyOf(object), id);
    this.#run('DELETE FROM owners WHERE object = ?', id);
    this.#setOwners(id, object);
  }

  remove(id: number, object: AnyObject, version: number): void {
    this.#run('DELETE FROM objects WHERE id = ?', id);
    const sql = 'INSERT INTO tombstones (version, kind, uid, body) VALUES (?, ?, ?, ?)';
    this.#run(sql, version, object.kind, object.metadata.uid ?? '', bodyOf(withoutSecrets(object)));
  }

  /** Keeps the newest tombstones; `pruned` remembers up to where changes can no longer be told one by one. */
  prune(keep: number): void {
    const row = this.#one('SELECT version FROM tombstones ORDER BY version DESC LIMIT 1 OFFSET ?', keep);
    if (row === undefined) return;
    this.#run('DELETE FROM tombstones WHERE version <= ?', Number(row.version));
    this.#run('UPDATE counter SET pruned = ?', Number(row.version));
  }

  /** The version of the last change, and of the newest tombstone that is forgotten. */
  versions(): { latest: number; pruned: number } {
    const row = this.#one('SELECT version, pruned FROM counter');
    return { latest: Number(row?.version), pruned: Number(row?.pruned) };
  }

  /** The first changes after `version`, oldest first. */
  changesAfter(version: number, kinds: readonly KindName[], limit: number): Change[] {
    const sql = `
      SELECT version, uid, body, 0 AS gone FROM objects WHERE version > ?1 AND kind IN (SELECT value FROM json_each(?2))
      UNION ALL
      SELECT version, uid, body, 1 AS gone FROM tombstones WHERE version > ?1 AND kind IN (SELECT value FROM json_each(?2))
      ORDER BY version LIMIT ?3`;
    return this.#all(sql, version, JSON.stringify(kinds), limit).map((row) => ({
      version: Number(row.version),
      uid: String(row.uid),
      gone: row.gone === 1,
      body: String(row.body),
    }));
  }

  #setOwners(id: number, object: AnyObject): void {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      this.#run('INSERT OR IGNORE INTO owners (owner, object) VALUES (?, ?)', uid, id);
    }
  }

  #one(sql: string, ...values: (string | number)[]): Record<string, SQLOutputValue> | undefined {
    return this.#prepare(sql).get(...values);
  }

  #all(sql: string, ...values: (string | number)[]): Record<string, SQLOutputValue>[] {
    return this.#prepare(sql).all(...values);
  }

  #run(sql: string, ...values: (string | number)[]): void {
    this.#prepare(sql).run(...values);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}

export interface Change {
  version: number;
  uid: string;
  gone: boolean;
  body: string;
}

/** The object that a body holds, with the version it has. */
export function parseBody(body: string, version: number): AnyObject {
  let object: AnyObject;
  try {
    object = JSON.parse(body) as AnyObject;
  } catch (cause) {
    throw new StashError('StoreUnavailable', `the object of version ${version} in the store is damaged`, { cause });
  }
  object.metadata.resourceVersion = String(version);
  return object;
}

function stored(row: Record<string, SQLOutputValue>): Stored {
  return { id: Number(row.id), object: parseBody(String(row.body), Number(row.version)) };
}

function bodyOf(object: AnyObject): string {
  const { resourceVersion: _, ...metadata } = object.metadata;
  return JSON.stringify({ ...object, metadata });
}

/** What a Secret held must not outlive it. */
function withoutSecrets(object: AnyObject): AnyObject {
  if (object.kind !== 'Secret') return object;
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, metadata };
}
