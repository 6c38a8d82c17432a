import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MINUTE } from './calendar.ts';
import { nextAfter } from './next.ts';
import { parseSchedule, type Schedule } from './parse.ts';

const HOUR = 60 * MINUTE;

/** Three days around each: changes of an hour, of half an hour, at midnight, twice a year out of season, of a whole day; year ends; leap days. */
const PLACES: [zone: string, around: string][] = [
  ['Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['America/New_York', '2027-03-14T07:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['America/Santiago', '2026-09-06T04:00:00Z'],
  ['America/Santiago', '2026-04-05T03:00:00Z'],
  ['Africa/Casablanca', '2026-02-15T02:00:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['Asia/Kathmandu', '2026-12-31T18:15:00Z'],
  ['UTC', '2028-02-29T00:00:00Z'],
  ['Asia/Tokyo', '2028-02-28T15:00:00Z'],
];

const minute = fc.constantFrom('*', '0', '30', '*/15', '0,20,59', '7-13/3', '5/25');
const hour = fc.constantFrom('*', '*/2', '0', '1', '2', '3', '0-3', '1,2', '23', '*/1');
const dayOfMonth = fc.constantFrom('*', '*', '*/2', '1', '28-31', '29', '30');
const dayOfWeek = fc.constantFrom('*', '*', '*/3', '0', 'SAT,SUN', '1-5');
const cron = fc.tuple(minute, hour, dayOfMonth, fc.constant('*'), dayOfWeek).map((fields) => fields.join(' '));

test('the runs in any three days are what a scan minute by minute finds', () => {
  const scans = PLACES.map(([zone, around]) => ({ zone, around, minutes: scan(zone, Date.parse(around)) }));
  fc.assert(
    fc.property(cron, fc.constantFrom(...scans), (text, { zone, minutes }) => {
      const schedule = parseSchedule(text);
      const expected = minutes.filter((at) => runsAt(schedule, at)).map(({ instant }) => new Date(instant).toISOString());
      assert.deepEqual(between(schedule, zone, minutes), expected);
    }),
    { numRuns: 400 },
  );
});

test('a later question never has an earlier answer, and the answer is always later than the question', () => {
  const time = fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });
  const zone = fc.constantFrom(...PLACES.map(([name]) => name));
  fc.assert(
    fc.property(cron, zone, time, time, (text, name, a, b) => {
      const schedule = parseSchedule(text);
      const [early, late] = a < b ? [a, b] : [b, a];
      const first = nextAfter(schedule, early, name);
      const second = nextAfter(schedule, late, name);
      assert.ok(first && second && first > early && second > late && first <= second);
      if (first > late) assert.deepEqual(second, first);
    }),
    { numRuns: 500 },
  );
});

interface ScannedMinute {
  instant: number;
  /** Wall-clock minutes this instant answers for: its own unless seen before, and those left out just before it. */
  own: Date;
  repeated: boolean;
  leftOut: Date[];
}

/** Walks through the zone's wall clock as Intl shows it, which shares nothing with the code under test but the zone data. */
function scan(zone: string, around: number): ScannedMinute[] {
  const wall = wallClock(zone);
  const minutes: ScannedMinute[] = [];
  let latest = wall(around - 37 * HOUR);
  for (let instant = around - 37 * HOUR + MINUTE; instant < around + 36 * HOUR; instant += MINUTE) {
    const own = wall(instant);
    const leftOut: Date[] = [];
    for (let missing = latest + MINUTE; missing < own; missing += MINUTE) leftOut.push(new Date(missing));
    minutes.push({ instant, own: new Date(own), repeated: own <= latest, leftOut });
    latest = Math.max(latest, own);
  }
  return minutes;
}

function wallClock(zone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  return (instant) => Date.parse(`${format.format(instant).replace(' ', 'T')}:00Z`);
}

function runsAt(schedule: Schedule, { own, repeated, leftOut }: ScannedMinute): boolean {
  return (matches(schedule, own) && (!repeated || schedule.everyHour)) || leftOut.some((missing) => matches(schedule, missing));
}

function matches(schedule: Schedule, wall: Date): boolean {
  const dayOfMonthFits = schedule.daysOfMonth.has(wall.getUTCDate());
  const dayOfWeekFits = schedule.daysOfWeek.has(wall.getUTCDay());
  const bothGiven = !schedule.everyDayOfMonth && !schedule.everyDayOfWeek;
  return (
    schedule.minutes.includes(wall.getUTCMinutes()) &&
    schedule.hours.includes(wall.getUTCHours()) &&
    schedule.months.has(wall.getUTCMonth() + 1) &&
    (bothGiven ? dayOfMonthFits || dayOfWeekFits : dayOfMonthFits && dayOfWeekFits)
  );
}

function between(schedule: Schedule, zone: string, minutes: ScannedMinute[]): string[] {
  const first = minutes[0]?.instant ?? 0;
  const last = minutes.at(-1)?.instant ?? 0;
  const found: string[] = [];
  let at = nextAfter(schedule, new Date(first - 1), zone);
  while (at && at.getTime() <= last) {
    found.push(at.toISOString());
    at = nextAfter(schedule, at, zone);
  }
  return found;
}
