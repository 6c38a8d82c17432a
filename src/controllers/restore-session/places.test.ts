import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupSession } from '../../api/backup-session.ts';
import type { PlannedHost } from '../../api/restore-session.ts';
import { dataDirectories } from './places.ts';

const plan = (more: Partial<PlannedHost> = {}): PlannedHost[] =>
  ['host-0', 'host-1'].map((hostname) => ({
    hostname,
    sourceHost: 'host-0',
    snapshots: [{ id: 'aaa', time: '', paths: ['/stage/chain'] }],
    ...more,
  }));
const backup = (id: string, position: unknown) =>
  ({
    status: { targets: [{ stats: [{ hostname: 'host-0', position, repositories: [{ name: 'r', phase: 'Stored', snapshots: [id] }] }] }] },
  }) as BackupSession;

test('A database goes back to where it was, as the session of its backup says', () => {
  const backups = [backup('bbb', { datadir: '/other' }), backup('aaa', { datadir: '/var/lib/mysql' })];
  assert.deepEqual(dataDirectories(plan(), backups), ['/var/lib/mysql']);
  assert.deepEqual(dataDirectories(plan({ destination: '/copy' }), backups), ['/copy']);
});

test('Where nothing tells it is not known', () => {
  assert.deepEqual(dataDirectories(plan(), [backup('bbb', { datadir: '/other' }), backup('aaa', undefined), {} as BackupSession]), []);
});
