import type { BackupSession, BackupSessionStatus } from '../../api/backup-session.ts';
import type { RecoverableInterval } from '../../api/invoker-status.ts';
import { covers, formatState } from '../gtid/state.ts';
import { logGraph, reachable } from './intervals.ts';
import { withResults } from './session-results.ts';
import type { Base, Stored } from './stored.ts';

/** How far logs go on from a base. */
interface Replayable {
  /** Milliseconds. */
  until: number;
  gtid: string;
  timeline: string;
}

/**
 * Tells of a base of `stored` how far its data can be replayed: to the latest time that logs lead to from it and from no other base, over a
 * failover too. Undefined: no log has anything after it.
 */
export function replayableFrom({ logs }: Stored): (base: Base) => Replayable | undefined {
  const graph = logGraph({ logs });
  return (base) => {
    const { state, time } = base;
    const past = reachable({ bases: [base], logs }, graph)
      .map(({ log }) => log)
      .filter(({ to, until }) => until > time || (state !== undefined && !covers(state, to)));
    const [furthest] = past.sort((a, b) => b.until - a.until);
    return furthest && { until: furthest.until, gtid: formatState(furthest.to), timeline: furthest.timeline };
  };
}

/** A session's status as logs have moved it on since the last look, by what its configuration or batch says now. */
export function replayableNow(session: Readonly<BackupSession>, recoverable: readonly RecoverableInterval[]): BackupSessionStatus {
  return withResults(session, ({ target, repository, result }) => {
    const { replayable } = result;
    if (replayable === undefined) return result;
    const until = Date.parse(replayable.until);
    const further = recoverable.find(
      (one) =>
        one.repository === repository &&
        one.timeline === replayable.timeline &&
        (one.target ?? target) === target &&
        Date.parse(one.from) <= until &&
        Date.parse(one.to) > until,
    );
    return further === undefined
      ? result
      : { ...result, replayable: { ...replayable, until: further.to, gtid: further.gtidTo ?? replayable.gtid } };
  });
}
