import { formatAge } from '../../rules/duration.ts';
import { holesOf } from '../../rules/window/holes.ts';
import { timeText } from '../../rules/window/recoverable.ts';
import { tableLines } from '../output/table.ts';
import type { RepositoryWindow } from './read-window.ts';

const HEADER = ['WHAT', 'FROM', 'TO', 'LENGTH', 'GTID FROM', 'GTID TO', 'HOST', 'TIMELINE', 'REPOSITORY'];

/** A line for each stretch, point and hole, oldest first; with `wide` repository and target in full. Of several targets each is named. */
export function windowTable(windows: readonly RepositoryWindow[], wide: boolean): string[] {
  const several = severalTargets(windows);
  const rows = windows.flatMap(({ repository, target, intervals, open }) => {
    const name = wide ? `${repository.namespace}/${repository.name}` : repository.name;
    const of = several ? [wide ? target : shortTarget(target)] : [];
    const stretches = intervals.map((one) => ({ ...one, what: one.from === one.to ? 'point' : 'interval' }));
    const holes = holesOf(intervals).map((one) => ({ ...one, what: 'hole', host: '', timeline: undefined }));
    const behind = open === undefined ? [] : [{ ...open, what: 'hole' }];
    return [...stretches, ...holes, ...behind]
      .sort((a, b) => a.from - b.from || a.to - b.to)
      .map(({ what, from, to, gtidFrom, gtidTo, host, timeline }) => [
        ...of,
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
  return tableLines([...(several ? ['TARGET'] : []), ...HEADER], rows);
}

export function severalTargets(windows: readonly RepositoryWindow[]): boolean {
  return new Set(windows.map(({ target }) => target)).size > 1;
}

/** `KIND/NAME`. */
export function shortTarget(target: string): string {
  return target.split('/').slice(1).join('/');
}
