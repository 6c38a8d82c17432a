import type { RecoverableInterval } from '../../api/invoker-status.ts';

/** What an upload of logs tells of its series, in the words of its report. */
interface StoredSeries {
  timeline: string;
  gtid: string;
  /** RFC 3339. */
  until: string;
}

/**
 * The intervals once more logs of a series are stored in a repository: the one of that timeline reaches further. A series that none of
 * them is of is left to the next look into the repository, which knows what it goes on from.
 */
export function extended(
  intervals: readonly RecoverableInterval[],
  repository: string,
  { timeline, gtid, until }: StoredSeries,
): RecoverableInterval[] {
  const newest = intervals
    .filter((one) => one.repository === repository && one.timeline === timeline)
    .sort((a, b) => Date.parse(b.to) - Date.parse(a.to))[0];
  if (newest === undefined || Date.parse(until) <= Date.parse(newest.to)) return [...intervals];
  const further = intervals.map((one) => (one === newest ? { ...one, to: until, gtidTo: gtid } : one));
  return further.sort((a, b) => Date.parse(b.to) - Date.parse(a.to));
}
