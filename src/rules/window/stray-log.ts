import { type Interval, type Reach, reachable } from './intervals.ts';
import type { Stored, StoredLog } from './stored.ts';

/** Series of which no log can be restored to: they go on from no backup, nor from another series that does. */
export function straySeries(stored: Stored, reaches: readonly Reach[] = reachable(stored)): Set<string> {
  const reached = new Set(reaches.map(({ log }) => log.timeline));
  return new Set(stored.logs.map(({ timeline }) => timeline).filter((timeline) => !reached.has(timeline)));
}

/** The newest log of such a series, where nothing that can be restored to is newer: what was committed since cannot be, before the next backup. */
export function strayLog(stored: Stored, intervals: readonly Interval[], reaches = reachable(stored)): StoredLog | undefined {
  const stray = straySeries(stored, reaches);
  const end = Math.max(...intervals.map(({ to }) => to));
  return stored.logs.filter(({ timeline, until }) => stray.has(timeline) && until > end).sort((a, b) => b.until - a.until)[0];
}
