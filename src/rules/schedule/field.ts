import { CronExpressionParser } from 'cron-parser';
import { StashError } from '../../errors/error.ts';

/** One of cron's five fields: what it is called in messages, and what may stand in it. */
export interface Field {
  name: string;
  accepted: string;
  /** What it counts, both included. */
  range: readonly [from: number, to: number];
  key: 'minute' | 'hour' | 'dayOfMonth' | 'month' | 'dayOfWeek';
  words: readonly string[];
}

interface FieldValues {
  text: string;
  /** Ascending, without repeats. */
  values: number[];
  /** The field restricts nothing: `*`, or `*` with step 1, alone or in a list. */
  every: boolean;
}

export const FIELDS: readonly Field[] = [
  { key: 'minute', name: 'minute', accepted: '0-59', range: [0, 59], words: [] },
  { key: 'hour', name: 'hour', accepted: '0-23', range: [0, 23], words: [] },
  { key: 'dayOfMonth', name: 'day of month', accepted: '1-31', range: [1, 31], words: [] },
  {
    key: 'month',
    name: 'month',
    accepted: '1-12 or JAN-DEC',
    range: [1, 12],
    words: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  {
    key: 'dayOfWeek',
    name: 'day of week',
    accepted: '0-7 or SUN-SAT',
    range: [0, 7],
    words: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
  },
];

/** Reads one field of the schedule `text`. Throws Invalid. */
export function parseField(text: string, field: Field, written: string): FieldValues {
  // Kubernetes' CronJobs read `?` in a day field as `*`, and Stash's schedules went there.
  const value = written === '?' && field.key.startsWith('day') ? '*' : written.toUpperCase();
  const parts = value.split(',');
  if (!parts.every((part) => isPlain(part, field))) throw invalid(text, field, written);
  return {
    text: value,
    values: [...new Set(simple(field, value) ?? read(text, field, value))].sort((a, b) => a - b),
    every: parts.some((part) => part === '*' || part === '*/1'),
  };
}

/** cron-parser also knows L, W, # and H, which Stash's schedules do not have; those would pass here without meaning the same elsewhere. */
function isPlain(part: string, field: Field): boolean {
  const match = /^(?:\*|([A-Z0-9]+)(?:-([A-Z0-9]+))?)(?:\/(\d+))?$/.exec(part);
  if (!match) return false;
  const [, from, to] = match;
  return [from, to].every((value) => value === undefined || /^\d+$/.test(value) || field.words.includes(value));
}

/** A single number or a star, as nearly all fields are: those are read each time an operator looks at a schedule. */
function simple({ range: [from, to], key }: Field, value: string): number[] | undefined {
  const number = /^\d+$/.test(value) ? Number(value) : undefined;
  if (number === undefined ? value !== '*' : number < from || number > to) return undefined;
  const values = number === undefined ? Array.from({ length: to - from + 1 }, (_, index) => from + index) : [number];
  return key === 'dayOfWeek' ? values.map((day) => day % 7) : values;
}

function read(text: string, field: Field, value: string): number[] {
  const expression = FIELDS.map(({ key }) => (key === field.key ? value : '*')).join(' ');
  try {
    // The date is given only so that the parser does not read the clock.
    const { fields } = CronExpressionParser.parse(expression, { currentDate: new Date(0), tz: 'UTC' });
    const values = fields[field.key].values.map(Number);
    return field.key === 'dayOfWeek' ? values.map((day) => day % 7) : values;
  } catch (cause) {
    throw invalid(text, field, value, cause);
  }
}

function invalid(text: string, field: Field, value: string, cause?: unknown): StashError {
  const reason = cause instanceof Error ? ` (${cause.message})` : '';
  const accepted = `accepted are ${field.accepted}, *, ranges from low to high, lists and steps of 1 or more`;
  return new StashError('Invalid', `schedule "${text}": the ${field.name} "${value}" is not valid${reason}; ${accepted}`, { cause });
}
