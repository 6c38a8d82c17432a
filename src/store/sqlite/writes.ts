import type { KindName } from '../../api/kinds.ts';
import { type AnyObject, keyOf, keyText, type ObjectKey } from '../../api/object.ts';
import { StashError } from '../../errors/error.ts';
import type { Clock } from '../../runtime/clock.ts';
import { created, deletionRequested, replaced, statusReplaced } from './next-object.ts';
import type { Statements, Stored } from './statements.ts';

interface WriteOptions {
  clock: Pick<Clock, 'now'>;
  newUid: () => string;
  /** How many deletions are remembered one by one; see `Statements.prune`. */
  tombstones: number;
}

/** The writes of the port, each to be run inside one write transaction. */
export class Writes {
  readonly #sql: Statements;
  readonly #options: WriteOptions;

  constructor(sql: Statements, options: WriteOptions) {
    this.#sql = sql;
    this.#options = options;
  }

  create(kind: KindName, given: AnyObject): AnyObject {
    const object = created(kind, given, { uid: this.#options.newUid(), now: this.#options.clock.now() });
    if (this.#sql.find(kind, keyOf(object)) !== undefined) {
      throw new StashError('AlreadyExists', `${kind} ${keyText(keyOf(object))} already exists`);
    }
    const version = this.#sql.nextVersion();
    const id = this.#sql.insert(object, version);
    const result = { id, object: withVersion(object, version) };
    this.#collectIfOrphan(result);
    return result.object;
  }

  replace(kind: KindName, given: AnyObject): AnyObject {
    const stored = this.#require(kind, keyOf(given));
    const next = replaced(kind, stored.object, given);
    if (next === undefined) return stored.object;
    const { deletionTimestamp, finalizers } = next.metadata;
    if (deletionTimestamp !== undefined && finalizers === undefined) return this.#remove({ id: stored.id, object: next });
    const written = this.#update(stored.id, next);
    this.#collectIfOrphan(written);
    return written.object;
  }

  replaceStatus(kind: KindName, given: AnyObject): AnyObject {
    const stored = this.#require(kind, keyOf(given));
    const next = statusReplaced(kind, stored.object, given);
    return next === undefined ? stored.object : this.#update(stored.id, next).object;
  }

  delete(kind: KindName, key: ObjectKey, precondition: { uid?: string }): void {
    const stored = this.#require(kind, key);
    const uid = stored.object.metadata.uid;
    if (precondition.uid !== undefined && precondition.uid !== uid) {
      throw new StashError('Conflict', `${kind} ${keyText(key)} has uid ${uid}, the one to delete had ${precondition.uid}`);
    }
    this.#requestDeletion(stored);
  }

  #require(kind: KindName, key: ObjectKey): Stored {
    const stored = this.#sql.find(kind, key);
    if (stored === undefined) throw new StashError('NotFound', `there is no ${kind} ${keyText(key)}`);
    return stored;
  }

  #update(id: number, object: AnyObject): Stored {
    const version = this.#sql.nextVersion();
    this.#sql.update(id, object, version);
    return { id, object: withVersion(object, version) };
  }

  #requestDeletion(stored: Stored): void {
    if ((stored.object.metadata.finalizers ?? []).length === 0) {
      this.#remove(stored);
      return;
    }
    const next = deletionRequested(stored.object, this.#options.clock.now());
    if (next !== undefined) this.#update(stored.id, next);
  }

  /** Takes the object and, level by level, the dependents that have no owner left. */
  #remove(stored: Stored): AnyObject {
    const version = this.#sql.nextVersion();
    this.#sql.remove(stored.id, stored.object, version);
    if (version % PRUNE_EVERY === 0) this.#sql.prune(this.#options.tombstones);
    const uid = stored.object.metadata.uid;
    if (uid !== undefined) for (const dependent of this.#sql.dependents(uid)) this.#collectIfOrphan(dependent);
    return withVersion(stored.object, version);
  }

  /** An object that names owners, none of which exists, is deleted; one owner that exists keeps it. */
  #collectIfOrphan(stored: Stored): void {
    const { ownerReferences = [], namespace = '' } = stored.object.metadata;
    if (ownerReferences.length === 0 || ownerReferences.some((owner) => this.#sql.ownerExists(owner, namespace))) return;
    this.#requestDeletion(stored);
  }
}

const PRUNE_EVERY = 64;

function withVersion(object: AnyObject, version: number): AnyObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
}
