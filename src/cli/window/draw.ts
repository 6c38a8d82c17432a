import { timeText } from '../../rules/window/recoverable.ts';
import type { RepositoryWindow } from './read-window.ts';
import { severalTargets, shortTarget } from './window-table.ts';

const LEAST_WIDTH = 20;

/**
 * The window as lines: one a timeline, on one scale of time for all; `━` can be restored to, `●` is a snapshot without logs, `·` is
 * archived and goes on from no backup, a blank is a hole. Times are those of the ends of the scale. No line is longer than `width`, but for
 * a terminal that is too narrow for a time.
 */
export function drawWindow(windows: readonly RepositoryWindow[], width: number): string[] {
  const all = windows.flatMap(({ intervals, open }) => [...intervals, ...(open === undefined ? [] : [open])]);
  if (all.length === 0) return [];
  const first = Math.min(...all.map(({ from }) => from));
  const last = Math.max(...all.map(({ to }) => to));
  const several = severalTargets(windows);
  const rows = windows.flatMap(({ repository, target, intervals, open }) =>
    [...Map.groupBy([...intervals, ...(open === undefined ? [] : [open])], ({ timeline }) => timeline ?? '')].map(([timeline, some]) => ({
      open,
      label: [
        ...(several ? [shortTarget(target)] : []),
        repository.name,
        timeline === '' ? 'snapshots' : `${timeline} ${some[0]?.host ?? ''}`,
      ].join('  '),
      some,
    })),
  );
  const labels = Math.max(...rows.map(({ label }) => label.length));
  // Where a label leaves too little beside it, it stands above its line.
  const isNarrow = width - labels - 2 < LEAST_WIDTH;
  const room = isNarrow ? Math.max(LEAST_WIDTH, width) : width - labels - 2;
  const column = (time: number) => (last === first ? 0 : Math.round(((time - first) / (last - first)) * (room - 1)));
  const lines = rows.map(({ label, some, open }) => {
    const cells = new Array<string>(room).fill(' ');
    for (const one of some) {
      if (one === open) cells.fill('·', column(one.from) + 1, column(one.to) + 1);
      else if (one.from === one.to) cells[column(one.from)] = '●';
      else cells.fill('━', column(one.from), column(one.to) + 1);
    }
    return `${isNarrow ? `${label}\n` : label.padEnd(labels + 2)}${cells.join('').trimEnd()}`;
  });
  const [begin, end] = [timeText(first), timeText(last)];
  const isOneLine = begin.length + end.length < room;
  const scale = first === last ? [begin] : isOneLine ? [`${begin}${end.padStart(room - begin.length)}`] : [begin, end.padStart(room)];
  const indent = isNarrow ? '' : ' '.repeat(labels + 2);
  return [...scale.map((line) => `${indent}${line}`), ...lines.flatMap((line) => line.split('\n'))];
}
