/** A lock in a restic repository, and since when Stash has seen this very one. */
export interface SeenLock {
  id: string;
  hostname: string;
  pid: number;
  exclusive: boolean;
  time: string;
  firstSeen: string;
}

/** A process of ours whose end its agent has confirmed. */
export interface EndedHolder {
  hostname: string;
  pid: number;
  /** When its end was confirmed: a later lock with the same pid is another process's. */
  time: string;
}

type Holder = 'Ended' | 'Foreign';

export interface LockVerdict {
  locks: (SeenLock & { holder: Holder })[];
  /** Whether all of them may go; false as soon as one may not. */
  removable: boolean;
  /** Why not, one text a lock. */
  blocking: string[];
}

/** A live restic renews its lock every 5 minutes under a new id, so one that has stood for so long is nobody's. */
export const FOREIGN_MS = 30 * 60_000;

/**
 * Judges the locks of a repository in which nothing of ours is under way. A lock is never judged by whether its pid lives (two containers
 * of one pod look alike): it may go when an agent confirmed the end of the process that made it, or when it is foreign and the same lock
 * id was seen for 30 minutes. If one may not go, none may: they can only be removed together.
 */
export function judgeLocks(locks: readonly SeenLock[], ended: readonly EndedHolder[], now: Date): LockVerdict {
  const judged = locks.map((lock) => ({ ...lock, holder: holderOf(lock, ended) }));
  const blocking = judged.flatMap((lock) => {
    const stood = now.getTime() - Date.parse(lock.firstSeen);
    if (lock.holder === 'Ended' || stood >= FOREIGN_MS) return [];
    const kind = lock.exclusive ? 'exclusive lock' : 'lock';
    const left = Math.ceil((FOREIGN_MS - stood) / 60_000);
    return [
      `${kind} ${lock.id.slice(0, 8)} of pid ${lock.pid} on ${lock.hostname}, made ${lock.time}; taken away in ${left} min if it is not renewed`,
    ];
  });
  return { locks: judged, removable: locks.length > 0 && blocking.length === 0, blocking };
}

/** Locks as read, with `firstSeen` carried over from what was known. */
export function seenLocks(found: readonly Omit<SeenLock, 'firstSeen'>[], known: readonly SeenLock[], now: string): SeenLock[] {
  return found.map(({ id, hostname, pid, exclusive, time }) => ({
    id,
    hostname,
    pid,
    exclusive,
    time,
    firstSeen: known.find((one) => one.id === id)?.firstSeen ?? now,
  }));
}

function holderOf(lock: SeenLock, ended: readonly EndedHolder[]): Holder {
  return ended.some((one) => one.hostname === lock.hostname && one.pid === lock.pid && Date.parse(lock.time) <= Date.parse(one.time))
    ? 'Ended'
    : 'Foreign';
}
