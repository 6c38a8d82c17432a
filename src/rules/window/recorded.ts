import { TAGS, tagValue } from '../../api/names.ts';
import type { Snapshot } from '../../engine/engine.ts';
import type { RecordEntry } from '../records.ts';

/**
 * Without the snapshots whose tags name another target or host than the operator knows from its own orders: tags are written by whoever
 * can write to the repository. Of what nobody recorded, and of what was adopted, only the tags tell.
 */
export function asRecorded(snapshots: readonly Snapshot[], entries: readonly RecordEntry[]): Snapshot[] {
  const known = new Map(entries.map((entry) => [entry.id, entry]));
  return snapshots.filter(({ id, host, tags }) => {
    const entry = known.get(id);
    const target = tagValue(tags, TAGS.target);
    if (entry === undefined || isAdopted(entry) || target === undefined) return true;
    return entry.target === target && entry.host === host;
  });
}

/** Nobody knows then what was done, and mostly not of what. */
function isAdopted({ operation, target, session }: RecordEntry): boolean {
  return target === '' || (operation === '' && session === undefined);
}
