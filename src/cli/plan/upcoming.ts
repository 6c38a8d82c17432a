import { nextAfter } from '../../rules/schedule/next.ts';
import { parseSchedule } from '../../rules/schedule/parse.ts';
import type { AliasPlan } from './aliases.ts';

export interface UpcomingRun {
  time: Date;
  plan: AliasPlan;
}

/**
 * The next runs of all aliases in the order of their times: the next one of every alias in any case, `count` in all if there are so many.
 */
export function upcomingRuns(plans: readonly AliasPlan[], after: Date, count: number): UpcomingRun[] {
  const runs = plans.map((plan) => nextRuns(plan, after, count));
  const first = runs.flatMap(([next]) => next ?? []);
  const later = runs.flatMap(([, ...rest]) => rest).sort(byTime);
  return [...first, ...later.slice(0, Math.max(0, count - first.length))].sort(byTime);
}

function byTime(a: UpcomingRun, b: UpcomingRun): number {
  return a.time.getTime() - b.time.getTime();
}

function nextRuns(plan: AliasPlan, after: Date, count: number): UpcomingRun[] {
  // What is not built yet is never scheduled.
  if (plan.schedule === undefined || plan.understood === undefined || plan.would === 'NotSupportedYet') return [];
  const schedule = parseSchedule(plan.schedule);
  const runs: UpcomingRun[] = [];
  for (let time = nextAfter(schedule, after, plan.timeZone); time !== undefined && runs.length < count; ) {
    runs.push({ time, plan });
    time = nextAfter(schedule, time, plan.timeZone);
  }
  return runs;
}
