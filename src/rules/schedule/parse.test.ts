import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { parseSchedule } from './parse.ts';

const UNDERSTOOD: [text: string, understood: string][] = [
  ['30 2 * * 1-5', '30 2 * * 1-5'],
  ['  30   2 * * 1-5 ', '30 2 * * 1-5'],
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['*/15', '*/15 * * * *'],
  ['0 */2', '0 */2 * * *'],
  ['0 0 * jan-mar Mon', '0 0 * JAN-MAR MON'],
  ['0 0 ? * 7', '0 0 * * 7'],
  ['*/60 * * * *', '*/60 * * * *'],
  ['5/15 * * * *', '5/15 * * * *'],
];

test('a schedule is shown as the five fields it means', () => {
  for (const [text, understood] of UNDERSTOOD) assert.equal(parseSchedule(text).understood, understood, text);
});

test('fields are read as cron reads them', () => {
  const schedule = parseSchedule('5/15 0-4/2,22 31 JAN,MAR-MAY 5-7');
  assert.deepEqual(schedule.minutes, [5, 20, 35, 50]);
  assert.deepEqual(schedule.hours, [0, 2, 4, 22]);
  assert.deepEqual([...schedule.daysOfMonth], [31]);
  assert.deepEqual([...schedule.months], [1, 3, 4, 5]);
  assert.deepEqual([...schedule.daysOfWeek], [0, 5, 6], '7 is Sunday, as 0 is');
});

test('only a star, with step 1 or none, means every hour', () => {
  for (const [hour, every] of [
    ['*', true],
    ['*/1', true],
    ['*/2', false],
    ['0-23', false],
  ] as const) {
    assert.equal(parseSchedule(`0 ${hour} * * *`).everyHour, every, hour);
  }
});

const REFUSED: [text: string, named: RegExp][] = [
  ['', /schedule is empty/],
  ['   ', /schedule is empty/],
  ['0 0 *', /3 fields/],
  ['0 0 * *', /4 fields/],
  ['0 0 0 * * *', /6 fields/],
  ['@every 5m', /"@every 5m" is not a known macro/],
  ['@reboot', /"@reboot" is not a known macro/],
  ['@Daily', /not a known macro/],
  ['60 * * * *', /the minute "60".*0-59/],
  ['0 24 * * *', /the hour "24".*0-23/],
  ['0 0 0 * *', /the day of month "0".*1-31/],
  ['0 0 32 * *', /the day of month "32"/],
  ['0 0 * 13 *', /the month "13".*1-12 or JAN-DEC/],
  ['0 0 * * 8', /the day of week "8".*SUN-SAT/],
  ['5-1 * * * *', /the minute "5-1"/],
  ['0 0 * * FRI-SUN', /the day of week "FRI-SUN"/],
  ['*/0 * * * *', /the minute "\*\/0"/],
  ['1,,2 * * * *', /the minute "1,,2"/],
  ['-1 * * * *', /the minute "-1"/],
  ['1/2/3 * * * *', /the minute/],
  ['? * * * *', /the minute "\?"/],
  ['0 0 L * *', /the day of month "L"/],
  ['0 0 15W * *', /the day of month "15W"/],
  ['0 0 * * 1#2', /the day of week "1#2"/],
  ['H 0 * * *', /the minute "H"/],
  ['0 0 * JANUARY *', /the month "JANUARY"/],
  ['MON 0 * * *', /the minute "MON"/],
  ['TZ=UTC 0 0 * *', /the minute "TZ=UTC"/],
  ['0 0 31 2 *', /never runs: day of month "31" does not exist in month "2"/],
  ['0 0 30 FEB *', /never runs/],
  ['0 0 31 4,6,9,11 *', /never runs/],
];

test('anything else is refused with the field and its value', () => {
  for (const [text, named] of REFUSED) {
    assert.throws(
      () => parseSchedule(text),
      (error) => isCode(error, 'Invalid') && named.test(error.message) && /accepted|never runs/.test(error.message),
      text,
    );
  }
});

test('a rare or a weekday-saved date is possible', () => {
  for (const text of ['0 0 29 2 *', '0 0 31 2 MON', '0 0 30,1 2 *', '0 0 31 2,3 *']) assert.ok(parseSchedule(text), text);
});
