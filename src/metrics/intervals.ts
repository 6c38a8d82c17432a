import { nextAfter } from '../rules/schedule/next.ts';
import { parseSchedule } from '../rules/schedule/parse.ts';

/** Any Monday before all of ours: what is looked for is in each week. */
const FROM = Date.UTC(2024, 0, 1);
const LOOK_AT_MS = 8 * 86_400_000;
/** So many of a schedule that seldom runs, and at most so many of one that often does: the night and the weekend are among them. */
const FEWEST = 4;
const MOST = 3_000;
/** Schedules that are remembered; of more the calculation begins anew. */
const REMEMBERED = 20_000;

/** Tells the longest time between two runs of a schedule, in seconds; it is worked out once for each. */
export function intervals(): (schedule: string, timeZone: string) => number | undefined {
  const known = new Map<string, number | undefined>();
  return (schedule, timeZone) => {
    const key = `${timeZone} ${schedule}`;
    if (!known.has(key)) {
      if (known.size >= REMEMBERED) known.clear();
      known.set(key, longest(schedule, timeZone));
    }
    return known.get(key);
  };
}

function longest(text: string, timeZone: string): number | undefined {
  const schedule = parseSchedule(text);
  let last = nextAfter(schedule, new Date(FROM), timeZone);
  let gap: number | undefined;
  for (let count = 1; last !== undefined && count < MOST; count++) {
    if (count >= FEWEST && last.getTime() > FROM + LOOK_AT_MS) break;
    const next = nextAfter(schedule, last, timeZone);
    if (next === undefined) break;
    gap = Math.max(gap ?? 0, (next.getTime() - last.getTime()) / 1000);
    last = next;
  }
  return gap;
}
