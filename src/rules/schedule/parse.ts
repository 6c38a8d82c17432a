import { StashError } from '../../errors/error.ts';
import { FIELDS, type Field, parseField } from './field.ts';

/** When an alias runs: sets of calendar values, without a zone. Made only by {@link parseSchedule}. */
export interface Schedule {
  /** What the user wrote. */
  text: string;
  /** The five-field cron text it means; shown in status. */
  understood: string;
  /** Ascending. */
  minutes: readonly number[];
  /** Ascending. */
  hours: readonly number[];
  daysOfMonth: ReadonlySet<number>;
  months: ReadonlySet<number>;
  /** 0 is Sunday. */
  daysOfWeek: ReadonlySet<number>;
  /** The hour field is `*`, or `*` with step 1: such a schedule also runs in both passes of the autumn fold. */
  everyHour: boolean;
  everyDayOfMonth: boolean;
  everyDayOfWeek: boolean;
}

/**
 * Reads a schedule: five cron fields, an `@` macro, or a short form (one field is the minute, two are minute and hour).
 * Throws Invalid, naming the field, its value and what is accepted; also for a schedule that no date can ever match.
 */
export function parseSchedule(text: string): Schedule {
  const schedule = PARSED.get(text) ?? parse(text);
  if (PARSED.size >= MOST_PARSED) PARSED.clear();
  PARSED.set(text, schedule);
  return schedule;
}

/** Thousands of configurations share few schedules, and each is asked for at every tick. */
const PARSED = new Map<string, Schedule>();
const MOST_PARSED = 1_000;

function parse(text: string): Schedule {
  const fields = expand(text).map((value, index) => parseField(text, fieldAt(index), value));
  const [minute, hour, dayOfMonth, month, dayOfWeek] = fields;
  if (!minute || !hour || !dayOfMonth || !month || !dayOfWeek) throw new StashError('Internal', `schedule "${text}" was expanded wrongly`);
  const schedule: Schedule = {
    text,
    understood: fields.map((field) => field.text).join(' '),
    minutes: minute.values,
    hours: hour.values,
    daysOfMonth: new Set(dayOfMonth.values),
    months: new Set(month.values),
    daysOfWeek: new Set(dayOfWeek.values),
    everyHour: hour.every,
    everyDayOfMonth: dayOfMonth.every,
    everyDayOfWeek: dayOfWeek.every,
  };
  assertPossible(schedule);
  return schedule;
}

const ACCEPTED =
  'accepted are five cron fields ("30 2 * * 1-5"), @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually, ' +
  'one field for the minute ("*/15"), or two for minute and hour ("0 */2")';

const MACROS: ReadonlyMap<string, string> = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
]);

function expand(text: string): string[] {
  const macro = MACROS.get(text.trim());
  if (macro !== undefined) return macro.split(' ');
  const written = text.split(/\s+/).filter((value) => value !== '');
  if (text.trim().startsWith('@')) throw new StashError('Invalid', `schedule "${text}" is not a known macro; ${ACCEPTED}`);
  if (written.length === 0) throw new StashError('Invalid', `schedule is empty; ${ACCEPTED}`);
  // Three and four fields have no one meaning that people agree on, and six are read with seconds by some tools and with a year by others.
  if (written.length > 2 && written.length !== 5) {
    throw new StashError('Invalid', `schedule "${text}" has ${written.length} fields; ${ACCEPTED}`);
  }
  return [...written, ...Array<string>(5 - written.length).fill('*')];
}

function fieldAt(index: number): Field {
  const field = FIELDS[index];
  if (!field) throw new StashError('Internal', `a schedule has no field ${index}`);
  return field;
}

const LONGEST_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function assertPossible(schedule: Schedule): void {
  // With both day fields restricted either one is enough (cron's rule), so the weekdays keep it possible.
  if (schedule.everyDayOfMonth || !schedule.everyDayOfWeek) return;
  const first = Math.min(...schedule.daysOfMonth);
  if ([...schedule.months].some((month) => first <= (LONGEST_MONTH[month - 1] ?? 0))) return;
  const [, , day, month] = schedule.understood.split(' ');
  throw new StashError('Invalid', `schedule "${schedule.text}" never runs: day of month "${day}" does not exist in month "${month}"`);
}
