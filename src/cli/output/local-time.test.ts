import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localTime } from './local-time.ts';

const CASES: [utc: string, zone: string, text: string][] = [
  ['2026-11-22T10:15:00Z', 'UTC', '2026-11-22 10:15 +00:00'],
  ['2026-11-22T23:15:00Z', 'Europe/Berlin', '2026-11-23 00:15 +01:00'],
  ['2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-25 02:30 +02:00'],
  ['2026-10-25T01:30:00Z', 'Europe/Berlin', '2026-10-25 02:30 +01:00'],
  ['2026-01-01T00:00:00Z', 'America/St_Johns', '2025-12-31 20:30 -03:30'],
];

for (const [utc, zone, text] of CASES) {
  test(`${utc} is ${text} in ${zone}`, () => {
    assert.equal(localTime(new Date(utc), zone), text);
  });
}
