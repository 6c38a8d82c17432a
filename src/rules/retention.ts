/** A snapshot that must not go, and the reason as people are told it. */
export interface Hold {
  /** A snapshot id, or the beginning of one (8 characters or more). */
  id: string;
  why: string;
}

interface HoldSources {
  /** Pinned by somebody: a verifier session, a person. */
  pinned: readonly Hold[];
  /** What restores that have not ended were told to restore. */
  unfinishedRestores: readonly { name: string; snapshotIds: readonly string[] }[];
  snapshots: readonly StoredSnapshot[];
  /** Of each target, the snapshot that the last successful restore test used. */
  lastProven: readonly string[];
}

interface StoredSnapshot {
  id: string;
  target: string;
  host: string;
  /** RFC 3339. */
  time: string;
  /** Everything it needs to be restored is there. */
  complete: boolean;
}

/** Every snapshot that no policy may take away: pinned ones, those being restored, the newest complete one of each host, the last proven. */
export function holdsOf({ pinned, unfinishedRestores, snapshots, lastProven }: HoldSources): Hold[] {
  return [
    ...pinned,
    ...unfinishedRestores.flatMap(({ name, snapshotIds }) => snapshotIds.map((id) => ({ id, why: `restore ${name} is not finished` }))),
    ...newestComplete(snapshots).map(({ id, host, target }) => ({ id, why: `newest complete snapshot of ${host} of ${target}` })),
    ...lastProven.map((id) => ({ id, why: 'last proven by a restore test' })),
  ];
}

/** Takes what is held off the list of what a policy would remove. `held` names only what would have gone, once for each reason. */
export function applyHolds({ remove, holds }: { remove: readonly string[]; holds: readonly Hold[] }): { forget: string[]; held: Hold[] } {
  const held = remove.flatMap((id) => holds.filter((hold) => covers(hold, id)).map(({ why }) => ({ id, why })));
  const kept = new Set(held.map(({ id }) => id));
  return { forget: remove.filter((id) => !kept.has(id)), held };
}

/** Shorter beginnings than restic's own short ids are taken as whole ids: an empty one must not hold everything. */
function covers(hold: Hold, id: string): boolean {
  return hold.id === id || (hold.id.length >= 8 && id.startsWith(hold.id)) || (id.length >= 8 && hold.id.startsWith(id));
}

function newestComplete(snapshots: readonly StoredSnapshot[]): StoredSnapshot[] {
  const newest = new Map<string, StoredSnapshot>();
  for (const snapshot of snapshots.filter(({ complete }) => complete)) {
    const series = JSON.stringify([snapshot.target, snapshot.host]);
    const known = newest.get(series);
    if (!known || Date.parse(snapshot.time) >= Date.parse(known.time)) newest.set(series, snapshot);
  }
  return [...newest.values()];
}
