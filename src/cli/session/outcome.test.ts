import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupSession, BackupSessionStatus } from '../../api/backup-session.ts';
import { CATALOGUE } from '../../errors/catalogue.ts';
import { PLAIN } from '../output/color.ts';
import { isFinished } from './finished.ts';
import { failureOf } from './outcome.ts';
import { progressLines } from './progress-lines.ts';

test('a session that succeeded has no failure', () => {
  assert.equal(failureOf(session({ phase: 'Succeeded' })), undefined);
});

const FAILURES: [name: string, status: BackupSessionStatus, code: string, message: RegExp][] = [
  [
    'the first host that failed gives code and message',
    {
      phase: 'Failed',
      message: 'one host failed',
      targets: [
        {
          stats: [
            { hostname: 'host-0', phase: 'Succeeded' },
            { hostname: 'host-1', error: 'gone', errorCode: 'PathNotFound' },
          ],
        },
      ],
    },
    'PathNotFound',
    /docs-1 ended Failed: host-1: gone/,
  ],
  [
    'else the reason, where it is a code',
    { phase: 'Failed', reason: 'StoredPartly', message: 'b is down' },
    'StoredPartly',
    /ended Failed: b is down/,
  ],
  [
    'the remedy is not said twice',
    { phase: 'Failed', reason: 'NotSupportedYet', message: `no restore tests. ${CATALOGUE.NotSupportedYet.remedy}` },
    'NotSupportedYet',
    /ended Failed: no restore tests$/,
  ],
  ['else it is the command that failed', { phase: 'Skipped', reason: 'Paused' }, 'CommandFailed', /ended Skipped: Paused/],
  [
    'a code of another version is not taken for one of ours',
    { phase: 'Failed', targets: [{ stats: [{ error: 'x', errorCode: 'NewCode' }] }] },
    'CommandFailed',
    /host: x/,
  ],
];

for (const [name, status, code, message] of FAILURES) {
  test(name, () => {
    const failure = failureOf(session(status));
    assert.equal(failure?.code, code);
    assert.match(failure?.message ?? '', message);
    assert.ok(failure?.remedy);
  });
}

for (const phase of ['Pending', 'Running', 'DataStored', 'Verifying', 'Unknown', 'Succeeded', 'Failed', 'Skipped'] as const) {
  const finished = ['Succeeded', 'Failed', 'Skipped'].includes(phase);
  test(`${phase} is ${finished ? '' : 'not '}the end`, () => {
    assert.equal(isFinished(session({ phase })), finished);
  });
}

test('progress shows step, percent, bytes and files of each host that runs', () => {
  const progress = {
    step: 'upload',
    percentDone: 45.7,
    bytesDone: 1536,
    totalBytes: 4096,
    filesDone: 3,
    totalFiles: 9,
    updateTime: '2026-11-22T10:00:00Z',
  };
  const lines = progressLines(
    session({
      phase: 'Running',
      startTime: '2026-11-22T10:00:00Z',
      targets: [
        {
          stats: [
            { hostname: 'host-0', phase: 'Running', progress },
            { hostname: 'host-11', phase: 'Running', steps: [{ name: 'dump', phase: 'Running' }] },
            { hostname: 'host-2', phase: 'Succeeded', progress },
          ],
        },
      ],
    }),
    new Date('2026-11-22T10:00:42Z'),
    PLAIN,
  );
  assert.deepEqual(lines, [
    'BackupSession docs-1: Running for 42s',
    '  host-0   Running    upload 45%, 1.500 KiB of 4.000 KiB, 3 of 9 files',
    '  host-11  Running    dump',
    '  host-2   Succeeded',
  ]);
});

function session(status: BackupSessionStatus): BackupSession {
  return {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'BackupSession',
    metadata: { name: 'docs-1', namespace: 'default', creationTimestamp: '2026-11-22T09:59:00Z' },
    spec: { invoker: { kind: 'BackupConfiguration', name: 'docs' } },
    status,
  };
}
