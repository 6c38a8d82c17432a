import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { nextAfter } from './next.ts';
import { parseSchedule } from './parse.ts';

function runs(text: string, zone: string, from: string, count: number): string[] {
  const schedule = parseSchedule(text);
  const found: string[] = [];
  for (let at = nextAfter(schedule, new Date(from), zone); at && found.length < count; at = nextAfter(schedule, at, zone)) {
    found.push(at.toISOString().slice(0, 16));
  }
  return found;
}

const BERLIN_SPRING = '2026-03-28T12:00:00Z'; // 02:00 to 03:00 on the 29th does not exist
const BERLIN_AUTUMN = '2026-10-24T12:00:00Z'; // 02:00 to 03:00 on the 25th happens twice

const CASES: [name: string, text: string, zone: string, from: string, expected: string[]][] = [
  ['strictly after, whole minutes', '*/15', 'UTC', '2026-01-01T00:15:00Z', ['2026-01-01T00:30', '2026-01-01T00:45']],
  ['also just before', '*/15', 'UTC', '2026-01-01T00:14:59.999Z', ['2026-01-01T00:15']],
  ['in the zone of the configuration', '@daily', 'Asia/Kolkata', '2026-01-01T00:00:00Z', ['2026-01-01T18:30', '2026-01-02T18:30']],
  ['over the end of a year', '30 23 31 12 *', 'UTC', '2026-12-31T23:30:00Z', ['2027-12-31T23:30']],
  ['in leap years', '0 0 29 2 *', 'UTC', '2024-02-29T00:00:00Z', ['2028-02-29T00:00', '2032-02-29T00:00']],
  ['past a century without leap day', '0 0 29 2 *', 'UTC', '2096-02-29T00:00:00Z', ['2104-02-29T00:00']],
  ['day of month or of week when both are given', '0 0 13 * 5', 'UTC', '2026-02-01T00:00:00Z', ['2026-02-06T00:00', '2026-02-13T00:00']],
  ['both when one is a star', '0 0 * * 5', 'UTC', '2026-02-01T00:00:00Z', ['2026-02-06T00:00', '2026-02-13T00:00', '2026-02-20T00:00']],
  ['spring gap: at the first valid minute', '30 2 * * *', 'Europe/Berlin', BERLIN_SPRING, ['2026-03-29T01:00', '2026-03-30T00:30']],
  ['spring gap: several become one', '*/20 2 * * *', 'Europe/Berlin', BERLIN_SPRING, ['2026-03-29T01:00', '2026-03-30T00:00']],
  [
    'spring gap: one with the run that is due there',
    '0 2,3 * * *',
    'Europe/Berlin',
    BERLIN_SPRING,
    ['2026-03-29T01:00', '2026-03-30T00:00'],
  ],
  ['autumn fold: once', '30 2 * * *', 'Europe/Berlin', BERLIN_AUTUMN, ['2026-10-25T00:30', '2026-10-26T01:30']],
  [
    'autumn fold: once for a stepped hour too',
    '30 */2 * * *',
    'Europe/Berlin',
    '2026-10-24T23:00:00Z',
    ['2026-10-25T00:30', '2026-10-25T03:30'],
  ],
  [
    'autumn fold: both passes of every hour',
    '30 * * * *',
    'Europe/Berlin',
    '2026-10-24T23:45:00Z',
    ['2026-10-25T00:30', '2026-10-25T01:30', '2026-10-25T02:30'],
  ],
  ['a fold seen from its second pass', '30 2 * * *', 'Europe/Berlin', '2026-10-25T01:10:00Z', ['2026-10-26T01:30']],
  ['a gap seen from its end', '30 2 * * *', 'Europe/Berlin', '2026-03-29T01:00:00Z', ['2026-03-30T00:30']],
  ['half an hour of gap', '10 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00:00Z', ['2026-10-03T15:30', '2026-10-04T15:10']],
  ['midnight that does not exist', '@daily', 'America/Santiago', '2026-09-05T12:00:00Z', ['2026-09-06T04:00', '2026-09-07T03:00']],
  ['a day that a zone left out', '0 12 30 12 *', 'Pacific/Apia', '2011-12-29T23:00:00Z', ['2011-12-30T10:00', '2012-12-29T22:00']],
];

for (const [name, text, zone, from, expected] of CASES) {
  test(`the next run of "${text}" in ${zone}: ${name}`, () => {
    assert.deepEqual(runs(text, zone, from, expected.length), expected);
  });
}

test('an unknown time zone is refused with its value', () => {
  for (const zone of ['Europe/Berlyn', '', 'Local', '+25:00']) {
    assert.throws(
      () => nextAfter(parseSchedule('@daily'), new Date(0), zone),
      (error) => isCode(error, 'Invalid') && error.message.includes(`"${zone}"`),
    );
  }
});
