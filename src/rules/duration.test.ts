import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCode } from '../errors/error.ts';
import { formatAge, formatDuration, parseDuration } from './duration.ts';

test("durations are read in Go's notation", () => {
  for (const [text, milliseconds] of [
    ['1h30m', 5_400_000],
    ['90s', 90_000],
    ['1.5h', 5_400_000],
    ['300ms', 300],
    ['2h45m30.5s', 9_930_500],
    ['1500us', 2],
    ['1500µs', 2],
    ['0', 0],
    ['0s', 0],
    ['100ns', 0],
  ] as const) {
    assert.equal(parseDuration(text), milliseconds, text);
  }
});

test('what is no duration is refused with its value', () => {
  for (const text of ['', '5', '5d', '1w', '-1h', '1h 30m', 'h', '1.h', 'five minutes', '1e3s', '99999999999999999h']) {
    assert.throws(
      () => parseDuration(text),
      (error) => isCode(error, 'Invalid') && error.message.includes(`"${text}"`),
      text,
    );
  }
});

test('a formatted duration reads back as the same', () => {
  fc.assert(fc.property(fc.nat({ max: 1e12 }), (milliseconds) => parseDuration(formatDuration(milliseconds)) === milliseconds));
});

test('durations are short to read', () => {
  for (const [milliseconds, text] of [
    [0, '0s'],
    [300, '300ms'],
    [41_000, '41s'],
    [2500, '2.5s'],
    [192_000, '3m12s'],
    [5_400_000, '1h30m'],
    [86_400_000, '24h'],
  ] as const) {
    assert.equal(formatDuration(milliseconds), text);
  }
});

test('ages are shown as kubectl shows them', () => {
  const [minute, hour, day] = [60, 3600, 86_400];
  for (const [seconds, text] of [
    [-5, '0s'],
    [45, '45s'],
    [119, '119s'],
    [2 * minute, '2m'],
    [3 * minute + 12, '3m12s'],
    [42 * minute + 7, '42m'],
    [179 * minute, '179m'],
    [3 * hour + 12 * minute, '3h12m'],
    [9 * hour + 59 * minute, '9h'],
    [47 * hour, '47h'],
    [2 * day, '2d'],
    [5 * day + 3 * hour, '5d3h'],
    [5 * day, '5d'],
    [40 * day, '40d'],
    [761 * day, '2y31d'],
    [9 * 365 * day, '9y'],
  ] as const) {
    assert.equal(formatAge(seconds * 1000), text);
  }
});
