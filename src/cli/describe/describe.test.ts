import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLAIN } from '../output/color.ts';
import { sectionText } from './layout.ts';
import { repositorySections } from './repository.ts';
import { restoreSessionSections } from './sessions.ts';

const view = { now: new Date('2026-11-22T10:05:00Z'), color: PLAIN };

test('labelled values are aligned, absent ones left out, and what is below a title is indented', () => {
  const text = sectionText([
    { rows: [['Name', 'x']] },
    {
      rows: [
        ['Much longer', 'y\nz'],
        ['Absent', undefined],
      ],
    },
    { title: 'Empty', table: { header: ['A'], rows: [] } },
    { title: 'Table', table: { header: ['A', 'B'], rows: [['1', '2']] }, sections: [{ title: 'Inner', rows: [['C', '3']] }] },
  ]);
  assert.equal(text, 'Name:         x\nMuch longer:  y\n              z\nTable:\n  A   B\n  1   2\n  Inner:\n    C:  3\n');
});

test('a repository shows what is wrong with its remedy, its locks and the answers to requests', () => {
  const text = sectionText(
    repositorySections(
      {
        apiVersion: 'stash.appscode.com/v1alpha1',
        kind: 'Repository',
        metadata: { name: 'repo' },
        spec: { backend: { storageSecretName: 's', s3: { endpoint: 's3.example.com', bucket: 'b', prefix: 'p' } } },
        status: {
          phase: 'NotReady',
          error: { code: 'WrongPassword', message: 'wrong password', remedy: 'Put in the right one.' },
          snapshotCount: 5,
          recorded: 4,
          unexplained: 1,
          locks: [
            {
              id: 'abcdef0123',
              hostname: 'h',
              pid: 7,
              exclusive: true,
              time: '2026-11-22T10:04:00Z',
              firstSeen: '2026-11-22T10:00:00Z',
              holder: 'Foreign',
            },
          ],
          requests: [{ id: '1', action: 'Unlock', phase: 'Failed', message: 'left alone', time: '2026-11-22T10:04:30Z' }],
        },
      },
      view,
    ),
  );
  assert.match(text, /Backend: +s3: endpoint s3\.example\.com, bucket b, prefix p/);
  assert.match(text, /Error: +wrong password \(WrongPassword\)\nRemedy: +Put in the right one\./);
  assert.match(text, /Snapshots: +5, 4 recorded, 1 unexplained/);
  assert.match(text, /abcdef01 +Foreign +h +7 +true +60s +5m/);
  assert.match(text, /30s +Unlock +Failed +left alone/);
});

test('a restore shows its plan and what each host got', () => {
  const text = sectionText(
    restoreSessionSections(
      {
        apiVersion: 'stash.appscode.com/v1beta1',
        kind: 'RestoreSession',
        metadata: { name: 'r' },
        spec: { driver: 'Restic', previousData: 'Keep', repository: { name: 'repo' }, target: { ref: { kind: 'Host', name: 'docs' } } },
        status: {
          phase: 'Succeeded',
          plan: [{ hostname: 'host-0', sourceHost: 'host-0', snapshots: [{ id: '1a2b3c4d5e', paths: ['/etc'] }], destination: '/tmp/x' }],
          stats: [{ hostname: 'host-0', phase: 'Succeeded', duration: '2s', restored: { files: 3, bytes: 2048 } }],
        },
      },
      view,
    ),
  );
  assert.match(text, /host-0 +host-0 +1a2b3c4d +<none> +\/etc +<none> +\/tmp\/x/);
  assert.match(text, /Restored: +3 files, 2\.000 KiB/);
});
