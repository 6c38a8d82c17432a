import type { Schedule } from './parse.ts';

export const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * The first minute of the schedule in `from <= minute < before`, by the calendar alone. Wall-clock times are given as milliseconds that the
 * wall clock would mean in UTC, so that a day always has 24 hours here; zones are the caller's business.
 */
export function nextOnCalendar(schedule: Schedule, from: number, before: number): number | undefined {
  for (let day = Math.floor(from / DAY) * DAY; day < before; ) {
    const date = new Date(day);
    if (!schedule.months.has(date.getUTCMonth() + 1)) {
      day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
      continue;
    }
    const minute = isDay(schedule, date) ? firstMinute(schedule, Math.max(0, from - day)) : undefined;
    if (minute !== undefined) return day + minute < before ? day + minute : undefined;
    day += DAY;
  }
  return undefined;
}

/** Cron's rule: when both day fields are restricted, either one is enough. */
function isDay(schedule: Schedule, date: Date): boolean {
  const ofMonth = schedule.daysOfMonth.has(date.getUTCDate());
  const ofWeek = schedule.daysOfWeek.has(date.getUTCDay());
  return schedule.everyDayOfMonth || schedule.everyDayOfWeek ? ofMonth && ofWeek : ofMonth || ofWeek;
}

/** The first time of day, in milliseconds since midnight, that is not before `from`. */
function firstMinute(schedule: Schedule, from: number): number | undefined {
  for (const hour of schedule.hours) {
    for (const minute of schedule.minutes) {
      const time = (hour * 60 + minute) * MINUTE;
      if (time >= from) return time;
    }
  }
  return undefined;
}
