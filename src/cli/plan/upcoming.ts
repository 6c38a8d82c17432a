import { nextAfter } from '../../rules/schedule/next.ts';
import { parseSchedule } from '../../rules/schedule/parse.ts';
import type { AliasPlan } from './aliases.ts';

export interface UpcomingRun {
  time: Date;
  plan: AliasPlan;
}

/** The next runs of all aliases in the order of their times, at most `count`. */
export function upcomingRuns(plans: readonly AliasPlan[], after: Date, count: number): UpcomingRun[] {
  const runs = plans.flatMap((plan) => nextRuns(plan, after, count));
  return runs.sort((a, b) => a.time.getTime() - b.time.getTime()).slice(0, count);
}

function nextRuns(plan: AliasPlan, after: Date, count: number): UpcomingRun[] {
  if (plan.schedule === undefined || plan.understood === undefined) return [];
  const schedule = parseSchedule(plan.schedule);
  const runs: UpcomingRun[] = [];
  for (let time = nextAfter(schedule, after, plan.timeZone); time !== undefined && runs.length < count; ) {
    runs.push({ time, plan });
    time = nextAfter(schedule, time, plan.timeZone);
  }
  return runs;
}
