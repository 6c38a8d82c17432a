import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupSession } from '../../api/backup-session.ts';
import { expired } from './history.ts';

interface Facts {
  stored?: boolean;
  recorded?: boolean;
  nextRetry?: string;
  retried?: boolean;
}

function session(minute: number, phase: string, { stored = false, recorded = true, ...more }: Facts = {}): BackupSession {
  const conditions = recorded ? [{ type: 'SnapshotsRecorded', status: 'True' }] : [];
  const targets = stored ? [{ stats: [{ snapshots: [{ snapshotID: 'x' }] }] }] : [];
  const creationTimestamp = `2026-11-22T10:${String(minute).padStart(2, '0')}:00Z`;
  return {
    metadata: { name: `s${minute}`, creationTimestamp },
    spec: {},
    status: { phase, conditions, targets, ...more },
  } as unknown as BackupSession;
}

const names = (sessions: BackupSession[]) => sessions.map(({ metadata }) => metadata.name);

test('the newest are kept, and none that still runs or waits is counted', () => {
  const all = [session(1, 'Failed'), session(2, 'Skipped'), session(3, 'Succeeded'), session(4, 'Running'), session(5, 'Pending')];
  assert.deepEqual(names(expired(all, 2)), ['s1']);
});

test('the newest that succeeded stays, however many failed since', () => {
  const all = [session(1, 'Succeeded'), session(2, 'Succeeded'), session(3, 'Failed'), session(4, 'Failed')];
  assert.deepEqual(names(expired(all, 1)), ['s3', 's1']);
});

test('what is not recorded yet, or is still to be repeated, stays', () => {
  const stored = session(1, 'Failed', { stored: true, recorded: false });
  const again = session(2, 'Failed', { nextRetry: '2026-11-22T11:00:00Z' });
  const all = [
    stored,
    again,
    session(3, 'Failed', { nextRetry: 'x', retried: true }),
    session(4, 'Failed', { stored: true }),
    session(5, 'Failed'),
  ];
  assert.deepEqual(names(expired(all, 1)), ['s4', 's3']);
});
