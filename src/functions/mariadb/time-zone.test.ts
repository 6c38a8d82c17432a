import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from './testing/test-server.ts';
import { hasTimeZone, systemTimeZone } from './time-zone.ts';

for (const [zone, known, other] of [
  ['<+0530>-05:30', '<+0530>-05:30', 'Europe/Berlin'],
  ['<-0330>+03:30', '<-0330>+03:30', '<+0330>-03:30'],
  ['EST5EDT,M3.2.0,M11.1.0', undefined, '<-0500>+05:00'],
] as const)
  test(`the time zone of a server with TZ=${zone} is ${known ?? 'not known by two offsets alone'}`, async () => {
    const server = await startTestServer({ timeZone: zone });
    try {
      const asked = { defaultsFile: '', query: (sql: string) => server.sql(sql) };
      assert.equal(await systemTimeZone(asked), known);
      assert.equal(await hasTimeZone(asked, known ?? 'America/New_York'), true);
      assert.equal(await hasTimeZone(asked, other), false);
    } finally {
      await server.dispose();
    }
  });
