import { StashError } from '../../errors/error.ts';
import { formatState, type GtidState } from '../gtid/state.ts';
import { intervalsOf, reachable } from './intervals.ts';
import { timeText } from './recoverable.ts';
import type { Stored, StoredLog } from './stored.ts';
import { strayLog } from './stray-log.ts';

/** Throws PointOutsideWindow where the newest that a target has archived, on whatever host, cannot be restored to, though older things can. */
export function requireNewest(stored: Stored): void {
  const reaches = reachable(stored);
  const intervals = intervalsOf(stored, reaches);
  const log = intervals.length === 0 ? undefined : strayLog(stored, intervals, reaches);
  if (log === undefined) return;
  throw new StashError('PointOutsideWindow', `the newest that is archived, ${logText(log)}, goes on from no backup that is stored`, {
    remedy: 'Take a backup, from which it goes on; or name the timeline, point or snapshot that is meant instead ("stash window CONFIG").',
  });
}

/** The refusal of a GTID that a host has given once more: after a restore in place other transactions have what it gave before. */
export function reused({ log, state }: { log: StoredLog; state: GtidState }, again: StoredLog): StashError {
  return new StashError(
    'PointAmbiguous',
    `${formatState(state)} is on the timeline ${log.timeline} (host ${log.host}), and again in ${logText(again)}, where no backup leads to it`,
  );
}

function logText({ timeline, host, to, until }: StoredLog): string {
  return `the log ${timeline} of ${host} up to ${timeText(until)} (GTID ${formatState(to) || 'none'})`;
}
