import { StashError } from '../../errors/error.ts';
import { formatState, type GtidState } from '../gtid/state.ts';
import { intervalsOf } from './intervals.ts';
import { timeText } from './recoverable.ts';
import type { Stored, StoredLog } from './stored.ts';
import { strayLog } from './stray-log.ts';

/** Throws PointOutsideWindow where the newest that a target has archived, on whatever host, cannot be restored to, though older things can. */
export function requireNewest(stored: Stored): void {
  const intervals = intervalsOf(stored);
  const log = intervals.length === 0 ? undefined : strayLog(stored, intervals);
  if (log === undefined) return;
  throw new StashError('PointOutsideWindow', `the newest that is archived, ${logText(log)}, goes on from no backup that is stored`, {
    remedy: 'Take a backup, from which it goes on; or name the timeline, point or snapshot that is meant instead ("stash window CONFIG").',
  });
}

/**
 * Throws PointAmbiguous where the same host has archived this state once more later, in a part that no backup leads to: after a restore in
 * place a server gives the same GTIDs to other transactions.
 */
export function refuseReused(
  point: { log: StoredLog; state: GtidState },
  stored: Stored,
  unreachedIn: (log: StoredLog) => boolean,
  isShared: (other: StoredLog) => boolean,
): void {
  const { log, state } = point;
  const again = stored.logs.find(
    (one) => one.host === log.host && one.timeline !== log.timeline && one.until > log.until && unreachedIn(one) && !isShared(one),
  );
  if (again === undefined) return;
  throw new StashError(
    'PointAmbiguous',
    `${formatState(state)} is on the timeline ${log.timeline} (host ${log.host}), and again in ${logText(again)}, where no backup leads to it`,
  );
}

function logText({ timeline, host, to, until }: StoredLog): string {
  return `the log ${timeline} of ${host} up to ${timeText(until)} (GTID ${formatState(to) || 'none'})`;
}
