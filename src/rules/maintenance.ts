import type { Lock, Snapshot } from '../engine/engine.ts';
import { type EndedHolder, judgeLocks, type LockVerdict, type SeenLock, seenLocks } from './locks.ts';
import { isLog } from './log/log-tags.ts';
import { nextEntries, type RecordEntry } from './records.ts';
import { applyHolds, type Hold, holdsOf } from './retention.ts';

const LOG = 'Log';

export interface MaintenanceFacts {
  snapshots: readonly Snapshot[];
  /** Ids of snapshots of our own series (records), which are neither counted nor recorded. */
  internal: ReadonlySet<string>;
  recorded: readonly RecordEntry[];
  /** What sessions stored that may not be in the records yet. */
  stored: readonly RecordEntry[];
  /** Also record what nobody has recorded (`stash adopt`); `adoptedTarget` is whose it is taken to be. */
  adopt: boolean;
  adoptedTarget: string;
  /** What the policies would remove. */
  remove: readonly string[];
  unfinishedRestores: readonly { name: string; snapshotIds: readonly string[] }[];
  locks: readonly Lock[];
  knownLocks: readonly SeenLock[];
  ended: readonly EndedHolder[];
  now: Date;
}

export interface MaintenancePlan {
  locks: LockVerdict;
  removeLocks: boolean;
  /** Forget, prune and check need the repository for themselves: not while a lock stands. */
  exclusive: boolean;
  forget: string[];
  held: Hold[];
  entries: RecordEntry[];
  recordsChanged: boolean;
  adopted: number;
  /** Snapshots that no record and no open session explains. */
  unexplained: number;
  present: number;
}

/** Decides a maintenance from what the repository was found to hold. */
export function planMaintenance(facts: MaintenanceFacts): MaintenancePlan {
  const now = facts.now.toISOString();
  const locks = judgeLocks(seenLocks(facts.locks, facts.knownLocks, now), facts.ended, facts.now);
  const exclusive = facts.locks.length === 0 || locks.removable;
  const own = facts.snapshots.filter((snapshot) => !facts.internal.has(snapshot.id));
  const present = new Set(own.map((snapshot) => snapshot.id));
  const explained = new Set([...facts.recorded, ...facts.stored].map((entry) => entry.id));
  const unexplained = own.filter((snapshot) => !explained.has(snapshot.id));
  const adopted = facts.adopt ? unexplained.map((snapshot) => adoptedEntry(snapshot, facts.adoptedTarget)) : [];
  const all = nextEntries(facts.recorded, [...facts.stored, ...adopted], present, new Set());
  // Logs are nothing to restore by themselves: which of them stay follows from the chains that do.
  const data = all.filter(({ operation }) => operation !== LOG);
  const holds = holdsOf({ pinned: [], unfinishedRestores: facts.unfinishedRestores, snapshots: data, lastProven: [] });
  // Only what is recorded may go.
  const candidates = facts.remove.filter((id) => all.some((entry) => entry.id === id));
  const { forget, held } = applyHolds({ remove: exclusive ? candidates : [], holds });
  const entries = nextEntries(all, [], present, new Set(forget));
  return {
    locks,
    removeLocks: locks.removable,
    exclusive,
    forget,
    held,
    entries,
    recordsChanged: JSON.stringify(ids(entries)) !== JSON.stringify(ids(facts.recorded)),
    adopted: adopted.length,
    unexplained: unexplained.length - adopted.length,
    present: own.length,
  };
}

function adoptedEntry(snapshot: Snapshot, target: string): RecordEntry {
  const operation = isLog(snapshot.tags) ? LOG : '';
  return { id: snapshot.id, time: new Date(snapshot.time).toISOString(), target, host: snapshot.host, operation, complete: true };
}

function ids(entries: readonly RecordEntry[]): string[] {
  return entries.map((entry) => entry.id).sort();
}
