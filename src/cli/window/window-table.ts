import { formatAge } from '../../rules/duration.ts';
import { holesOf } from '../../rules/window/holes.ts';
import { timeText } from '../../rules/window/recoverable.ts';
import { tableLines } from '../output/table.ts';
import type { RepositoryWindow } from './read-window.ts';

const HEADER = ['WHAT', 'FROM', 'TO', 'LENGTH', 'GTID FROM', 'GTID TO', 'HOST', 'TIMELINE', 'REPOSITORY'];

/** A line for each stretch, point and hole, oldest first; with `wide` the repository with its namespace. */
export function windowTable(windows: readonly RepositoryWindow[], wide: boolean): string[] {
  const rows = windows.flatMap(({ repository, intervals }) => {
    const name = wide ? `${repository.namespace}/${repository.name}` : repository.name;
    const stretches = intervals.map((one) => ({ ...one, what: one.from === one.to ? 'point' : 'interval' }));
    const holes = holesOf(intervals).map((one) => ({ ...one, what: 'hole', host: '', timeline: undefined }));
    return [...stretches, ...holes]
      .sort((a, b) => a.from - b.from || a.to - b.to)
      .map(({ what, from, to, gtidFrom, gtidTo, host, timeline }) => [
        what,
        timeText(from),
        timeText(to),
        from === to ? '' : formatAge(to - from),
        gtidFrom ?? '',
        gtidTo ?? '',
        host,
        timeline ?? '',
        name,
      ]);
  });
  return tableLines(HEADER, rows);
}
