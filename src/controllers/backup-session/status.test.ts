import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupResult, Report, StoredSnapshot } from '../../orders/report.ts';
import { afterReport, targetPhase } from './status.ts';

const NOW = '2026-11-22T10:05:00.000Z';
const running: Report = {
  orderId: 'one',
  state: 'Running',
  startTime: '2026-11-22T10:00:00.000Z',
  steps: [{ name: 'upload repo', phase: 'Running' }],
};
const stored = (name: string, unreadable: StoredSnapshot['unreadable'] = []): StoredSnapshot => ({
  repository: { namespace: 'shop', name },
  snapshotId: name.padEnd(64, '0'),
  paths: ['/srv/data'],
  totalBytes: 2048,
  storedBytes: 1024,
  seconds: 1.5,
  files: { total: 3, new: 1, modified: 1, unmodified: 1 },
  unreadable,
});
const failed = (name: string) => ({ namespace: 'shop', name, error: { code: 'StorageFull', message: 'no space', remedy: 'Free some.' } });
const ended = (more: Partial<BackupResult>): Report => ({
  ...running,
  state: 'Succeeded',
  endTime: '2026-11-22T10:01:00.000Z',
  steps: [{ name: 'upload repo', phase: 'Succeeded', seconds: 60 }],
  result: { type: 'Backup', operation: { requested: 'Full', performed: 'Full', reason: 'Requested' }, stored: [], failed: [], ...more },
});
const after = (report: Report) => afterReport({ hostname: 'docs', phase: 'Running' }, report, undefined, NOW);

test('a host at work shows its steps and progress, and no end', () => {
  const progress = { step: 'upload repo', percentDone: 50, bytesDone: 1, totalBytes: 2, filesDone: 0, totalFiles: 0, updateTime: NOW };
  const host = after({ ...running, progress });
  assert.deepEqual([host.phase, host.progress?.percentDone, host.endTime, host.snapshots], ['Running', 50, undefined, undefined]);
});

test('a host has succeeded when every repository has everything', () => {
  const host = after(ended({ stored: [stored('one'), stored('two')] }));
  assert.equal(host.phase, 'Succeeded');
  assert.deepEqual(
    host.snapshots?.map(({ name, totalSize }) => `${name} ${totalSize}`),
    ['one-one00000 2.000 KiB', 'two-two00000 2.000 KiB'],
  );
  assert.deepEqual([host.duration, host.progress, host.steps?.[0]?.duration], ['1m', undefined, '1m']);
});

const NOT_SUCCEEDED: [why: string, report: Report, code: string, says: RegExp, snapshots: number][] = [
  [
    'one repository failed',
    ended({ stored: [stored('one')], failed: [failed('two')] }),
    'StoredPartly',
    /one has it; .*two does not: StorageFull/,
    1,
  ],
  ['every repository failed', ended({ failed: [failed('one'), failed('two')] }), 'StorageFull', /no space/, 0],
  [
    'a file could not be read',
    ended({ stored: [stored('one', [{ item: '/srv/x', message: 'denied' }])] }),
    'PartialRead',
    /\/srv\/x \(denied\)/,
    1,
  ],
  [
    'the agent failed',
    { ...ended({}), state: 'Failed', error: { code: 'AgentLost', message: 'gone', remedy: '' } },
    'AgentLost',
    /gone/,
    0,
  ],
  [
    'the agent gave the result of something else',
    { ...ended({}), result: { type: 'Probe', repositoryId: 'f', created: false } },
    'Internal',
    /no result/,
    0,
  ],
];
for (const [why, report, code, says, snapshots] of NOT_SUCCEEDED)
  test(`a host has failed when ${why}, and shows what is stored all the same`, () => {
    const host = after(report);
    assert.deepEqual([host.phase, host.errorCode, (host.snapshots ?? []).length], ['Failed', code, snapshots]);
    assert.match(host.error ?? '', says);
    assert.equal(host.endTime, '2026-11-22T10:01:00.000Z');
  });

test('a result that stored nothing anywhere is no success', () => {
  assert.notEqual(after(ended({})).phase, 'Succeeded');
});

test('a function that found nothing to do is skipped, with its reason', () => {
  const host = after(ended({ skipped: 'a replica' }));
  assert.deepEqual([host.phase, host.operation?.reason, host.snapshots], ['Skipped', 'a replica', undefined]);
});

const PHASES: [hosts: string, phase: string][] = [
  ['', 'Pending'],
  ['Pending Pending', 'Pending'],
  ['Succeeded Pending', 'Running'],
  ['Running', 'Running'],
  ['Succeeded Succeeded', 'Succeeded'],
  ['Succeeded Skipped', 'Succeeded'],
  ['Skipped Skipped', 'Skipped'],
  ['Succeeded Failed', 'Failed'],
  ['Failed Running', 'Running'],
];
for (const [hosts, phase] of PHASES)
  test(`a target with hosts "${hosts}" is ${phase}`, () => {
    const stats = hosts
      .split(' ')
      .filter(Boolean)
      .map((one) => ({ phase: one }));
    assert.equal(targetPhase(stats as Parameters<typeof targetPhase>[0]), phase);
  });

test('a full that was forced says why, and what it brought up to date is among its snapshots', () => {
  const operation = { requested: 'Incremental', performed: 'Full', reason: 'FullMissing' };
  const host = after(ended({ operation, message: 'there is no full in the stage', caughtUp: [stored('one')], stored: [stored('two')] }));
  assert.deepEqual([host.phase, host.operation, host.message], ['Succeeded', operation, 'there is no full in the stage']);
  assert.deepEqual(
    host.snapshots?.map(({ repository }) => repository),
    ['shop/one', 'shop/two'],
  );
});

test('StoredPartly means that each repository that has it has all of it', () => {
  const host = after(ended({ stored: [stored('one', [{ item: '/srv/x', message: 'denied' }])], failed: [failed('two')] }));
  assert.equal(host.errorCode, 'PartialRead');
  assert.match(host.error ?? '', /could not be read: .* Repository two has nothing of it: StorageFull/);
});
