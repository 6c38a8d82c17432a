import type { KeepPolicy, Snapshot } from '../engine.ts';

/**
 * What restic's `forget --group-by host,paths` keeps and removes, decided here because its dry run cannot be limited to a list of snapshots:
 * one that nobody recorded would count and push a recorded one out. A test compares this with restic's own answers.
 */
export function retain(snapshots: readonly Snapshot[], policy: KeepPolicy): { keep: string[]; remove: string[] } {
  const kept = new Set<Snapshot>();
  for (const group of groups(snapshots)) for (const snapshot of keptOf(group, policy)) kept.add(snapshot);
  const ids = (wanted: boolean) => snapshots.filter((snapshot) => kept.has(snapshot) === wanted).map(({ id }) => id);
  return { keep: ids(true), remove: ids(false) };
}

function groups(snapshots: readonly Snapshot[]): Snapshot[][] {
  return Object.values(Object.groupBy(snapshots, ({ host, paths }) => JSON.stringify([host, ...paths.toSorted()]))).map(
    (group) => group ?? [],
  );
}

function keptOf(group: Snapshot[], policy: KeepPolicy): Snapshot[] {
  const newestFirst = group.toSorted((a, b) => Date.parse(b.time) - Date.parse(a.time));
  const rules = rulesOf(policy);
  const tags = policy.keepTags ?? [];
  if (rules.length === 0 && tags.length === 0) return group;
  return newestFirst.filter((snapshot, index) => {
    const tagged = tags.some((tag) => tag.split(',').every((each) => snapshot.tags.includes(each)));
    const counted = rules.map((rule) => rule.take(snapshot.time, index, index === newestFirst.length - 1));
    return tagged || counted.includes(true);
  });
}

type Bucket = (time: string, index: number) => string;

const BUCKETS: [keyof Omit<KeepPolicy, 'keepTags'>, Bucket][] = [
  ['keepLast', (_, index) => `${index}`],
  ['keepHourly', (time) => time.slice(0, 13)],
  ['keepDaily', (time) => time.slice(0, 10)],
  ['keepWeekly', isoWeek],
  ['keepMonthly', (time) => time.slice(0, 7)],
  ['keepYearly', (time) => time.slice(0, 4)],
];

/** The newest of each bucket, and the very oldest snapshot while a count is left; a count below zero means all. */
function rulesOf(policy: KeepPolicy) {
  return BUCKETS.filter(([name]) => (policy[name] ?? 0) !== 0).map(([name, bucket]) => {
    let left = policy[name] ?? 0;
    let last: string | undefined;
    return {
      take: (time: string, index: number, oldest: boolean): boolean => {
        const value = bucket(time, index);
        if (left === 0 || (value === last && !oldest)) return false;
        last = value;
        left -= left > 0 ? 1 : 0;
        return true;
      },
    };
  });
}

/** The ISO week of the date as it is written, whatever its zone. */
function isoWeek(time: string): string {
  const day = new Date(`${time.slice(0, 10)}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7));
  const year = day.getUTCFullYear();
  const week = Math.ceil(((day.getTime() - Date.UTC(year, 0, 1)) / 86_400_000 + 1) / 7);
  return `${year} ${week}`;
}
