import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import { StashError } from '../../errors/error.ts';
import type { Store } from '../../store/store.ts';
import { PLAIN } from '../output/color.ts';
import { madeSection } from './blueprint.ts';
import { backupHostSection } from './hosts.ts';
import { invokerSections } from './invoker.ts';
import { sectionText } from './layout.ts';
import { repositorySections } from './repository.ts';
import { backupSessionSections, restoreSessionSections } from './sessions.ts';

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

test('a blueprint shows what was made after it, and what of that does not follow', async () => {
  const made = (name: string, blueprint: string, annotations = {}) => ({
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'BackupConfiguration',
    metadata: { name, namespace: 'shop', annotations: { 'stash.appscode.com/blueprint': blueprint, ...annotations } },
    spec: { target: { ref: { kind: 'Deployment', name } } },
    status: { phase: 'Ready' },
  });
  const asked: unknown[] = [];
  const list = async (...args: unknown[]) => {
    asked.push(args);
    return [
      made('web', 'standard', { 'stash.appscode.com/blueprint-not-followed': 'BackendChanged: it stays' }),
      made('other', 'standard-2'),
    ];
  };
  const blueprint = { apiVersion: 'stash.appscode.com/v1beta1', kind: 'BackupBlueprint', metadata: { name: 'standard' } };
  const text = sectionText([await madeSection({ list } as unknown as Store, blueprint)]);
  assert.deepEqual(asked, [['BackupConfiguration', { labels: { 'stash.appscode.com/blueprint': 'standard' } }]]);
  assert.match(text, /^Made:\n +NAMESPACE .*\n +shop +web +Deployment\/web +Ready +BackendChanged: it stays\n$/);
  const refused = async () => Promise.reject(new StashError('Forbidden', 'may not list'));
  assert.equal(sectionText([await madeSection({ list: refused } as unknown as Store, blueprint)]), 'Made:\n  not shown: may not list\n');
});

test('a session says until when it is replayable, and of each repository to which GTID', () => {
  const replayable = { until: '2026-11-22T10:00:00Z', gtid: '0-1-9', timeline: '0a1b2c3d' };
  const repositories = [{ name: 'repo', namespace: 'shop', phase: 'Stored' as const, replayable }];
  const text = sectionText(
    backupSessionSections(
      {
        apiVersion: 'stash.appscode.com/v1beta1',
        kind: 'BackupSession',
        metadata: { name: 's' },
        spec: { invoker: { kind: 'BackupConfiguration', name: 'orders' } },
        status: { phase: 'Succeeded', replayableUntil: replayable.until, targets: [{ stats: [{ hostname: 'host-0', repositories }] }] },
      },
      view,
    ),
  );
  assert.match(text, /^Replayable until: +2026-11-22T10:00:00Z \(5m ago\)$/m);
  assert.match(text, /^ +Repository repo: +Stored replayable until 2026-11-22T10:00:00Z, GTID 0-1-9 \(timeline 0a1b2c3d\)$/m);
});

test('a host of a backup says its message once', () => {
  const text = sectionText([
    backupHostSection({ hostname: 'host-0', phase: 'Succeeded', message: 'there is no chain of host-0 yet' }, view),
  ]);
  assert.equal(text.match(/there is no chain/g)?.length, 1, text);
});

test('of where a backup ends a host shows what people go by', () => {
  const position = {
    gtid: '0-1-9',
    fromLsn: '0',
    toLsn: '4',
    lastLsn: '5',
    binlogFile: 'b.01',
    binlogPosition: 7,
    version: '10.11.6',
    fingerprint: {},
  };
  const shown = (one: Record<string, unknown>) => sectionText([backupHostSection({ hostname: 'db-0', position: one }, view)]);
  assert.match(shown(position), /^ +Position: +GTID 0-1-9, LSN 0 to 5, b\.01 at 7, server 10\.11\.6$/m);
  assert.match(shown({ gtid: '', version: '10.11.6' }), /^ +Position: +server 10\.11\.6$/m);
});

test('of each host whose log is archived its own trouble is shown, and beside all of them what is none of theirs', () => {
  const logs = [
    { target: 't', host: 'db-0', errorCode: 'DatabaseUnreachable', error: 'no server answers' },
    {
      target: 't',
      host: 'db-1',
      role: 'Primary' as const,
      repositories: [{ name: 'shop/repo', errorCode: 'StorageUnreachable', error: 'no route' }],
    },
    { target: 't', host: 'db-2', role: 'Primary' as const },
  ];
  const shown = (error: string) => {
    const status = { execOps: [{ alias: 'log', state: 'Scheduled' as const, error, logs }] };
    const object = { kind: 'BackupConfiguration', metadata: { name: 'db' }, spec: {}, status } as unknown as BackupConfiguration;
    const text = sectionText(invokerSections(object, [], view));
    return text.split('\n').flatMap((line) => /^ +log +(db-\d) .*?((?:\w+: .*)?)$/.exec(line)?.slice(1).join(' ') ?? []);
  };
  const own = ['db-0 DatabaseUnreachable: no server answers', 'db-1 StorageUnreachable: no route'];
  assert.deepEqual(shown('db-1, Repository shop/repo: StorageUnreachable: no route'), [...own, 'db-2 ']);
  assert.deepEqual(shown('SeveralPrimaries: db-1 and db-2'), [...own, 'db-2 SeveralPrimaries: db-1 and db-2']);
});
