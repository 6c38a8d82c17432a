import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLine } from './log-lines.ts';
import { hostsIn } from './logs.ts';

const PURPOSE = 'BackupSession/shop/web-1';
const line = (fields: object) =>
  JSON.stringify({ time: '2026-11-22T10:00:00.000Z', level: 'info', message: 'done', purpose: PURPOSE, ...fields });

const LINES: [name: string, text: string, shown: string | undefined][] = [
  ['of the session is shown as on one machine', line({ step: 'upload' }), '2026-11-22T10:00:00.000Z upload done'],
  ['without a step is shown, too', line({}), '2026-11-22T10:00:00.000Z done'],
  ['of another session is left out', line({ purpose: `${PURPOSE}2` }), undefined],
  ['that only talks of the session is left out', line({ purpose: 'x', message: PURPOSE }), undefined],
  ['that no agent wrote is left out', `Error: ${PURPOSE}`, undefined],
  ['that was cut off is left out', line({ step: 'upload' }).slice(0, -9), undefined],
];

for (const [name, text, shown] of LINES) {
  test(`a line ${name}`, () => assert.equal(parseLine(text, PURPOSE)?.text, shown));
}

test('hosts that have begun can have written something; those of a backup are below its targets', () => {
  const metadata = { name: 'a' };
  const stats = [
    { hostname: 'host-0', phase: 'Succeeded' },
    { hostname: 'host-1', phase: 'Pending' },
  ];
  const session = { apiVersion: 'v', kind: 'k', metadata };
  assert.deepEqual(hostsIn({ ...session, status: { targets: [{ stats }] } }), ['host-0']);
  assert.deepEqual(hostsIn({ ...session, status: { stats } }), ['host-0']);
  assert.deepEqual(hostsIn(session), []);
});
