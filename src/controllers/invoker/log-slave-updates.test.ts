import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupSession } from '../../api/backup-session.ts';
import { logSlaveUpdates } from './log-slave-updates.ts';

function session(second: number, ...told: (boolean | undefined)[]): BackupSession {
  const stats = told.map((on, index) => ({ hostname: `db-${index}`, ...(on === undefined ? {} : { evidence: { logSlaveUpdates: on } }) }));
  const metadata = { name: `s-${second}`, namespace: 'shop', creationTimestamp: `2026-11-22T10:00:0${second}Z` };
  return { metadata, status: { targets: [{ ref: { kind: 'StatefulSet', name: 'db' }, stats }] } } as unknown as BackupSession;
}

const cases: [what: string, sessions: BackupSession[], expected: string | undefined, message?: RegExp][] = [
  [
    'the newest session says that it is off on one of two',
    [session(2, true, false), session(1, true, true)],
    'False',
    /OFF on db-1 of StatefulSet\/db:/,
  ],
  ['it was switched on since', [session(1, true, false), session(2, true, true)], 'True'],
  ['one of several did not answer', [session(2, false, undefined), session(1, true, true)], 'True'],
  ['there is one server', [session(1, false)], undefined],
  ['nobody has told', [session(1, undefined, undefined)], undefined],
];
for (const [what, sessions, expected, message] of cases)
  test(`log_slave_updates where ${what}: ${expected ?? 'nothing is said'}`, () => {
    const [change] = logSlaveUpdates(sessions);
    assert.equal(change?.status, expected);
    if (message !== undefined) assert.match(change?.message ?? '', message);
  });
