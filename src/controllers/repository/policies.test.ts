import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { RetentionPolicy } from '../../api/retention.ts';
import type { Snapshot } from '../../engine/engine.ts';
import { invokerOf } from '../../rules/invoker.ts';
import { removable } from './policies.ts';

const CASES: [
  name: string,
  configurations: [alias: string | undefined, keepLast: number | undefined][],
  stored: string[],
  gone: string[],
][] = [
  ['a policy keeps what it says', [['docs', 1]], ['docs 1', 'docs 2'], ['docs 1']],
  [
    'a policy leaves what another configuration of the machine stores',
    [
      ['docs', 2],
      ['mail', 1],
    ],
    ['docs 1', 'docs 2', 'mail 3', 'mail 4'],
    ['mail 3'],
  ],
  [
    'under one host name a snapshot stays while one policy keeps it',
    [
      ['docs', 2],
      ['docs', 1],
    ],
    ['docs 1', 'docs 2', 'docs 3'],
    ['docs 1'],
  ],
  [
    'a configuration without a policy keeps all of its host',
    [
      ['docs', undefined],
      ['docs', 1],
    ],
    ['docs 1', 'docs 2'],
    [],
  ],
  [
    'without an alias it is host-0, and numbers belong to the alias',
    [
      [undefined, 1],
      ['db', 1],
    ],
    ['host-0 1', 'host-0 2', 'db-1 3', 'db-1 4'],
    ['host-0 1', 'db-1 3'],
  ],
  ['a host name that nobody uses any more follows the policies of the target', [['new', 1]], ['old 1', 'old 2'], ['old 1']],
];

for (const [name, configurations, stored, gone] of CASES) {
  test(name, () => {
    const invokers = configurations.map(([alias, keepLast], index) => invokerOf(configuration(`c${index}`, alias, keepLast)));
    const snapshots = stored.map(snapshot);
    const entries = snapshots.map(({ id, time, host }) => ({
      id,
      time,
      target: 'default/Host/machine',
      host,
      operation: 'Full',
      complete: true,
    }));
    assert.deepEqual(removable(invokers, entries, snapshots), gone);
    assert.deepEqual(removable(invokers, entries.slice(0, 0), snapshots), [], 'what is not recorded stays');
  });
}

function configuration(name: string, alias: string | undefined, keepLast: number | undefined): BackupConfiguration {
  const policy: RetentionPolicy = { prune: false, ...(keepLast === undefined ? {} : { keepLast }) };
  return {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'BackupConfiguration',
    metadata: { name, namespace: 'default' },
    spec: {
      driver: 'Restic',
      backupHistoryLimit: 1,
      repository: { name: 'repo' },
      execOps: [{ alias: 'full' }],
      target: {
        ref: { apiVersion: 'stash.appscode.com/v1beta1', kind: 'Host', name: 'machine' },
        ...(alias === undefined ? {} : { alias }),
      },
      ...(keepLast === undefined ? {} : { retentionPolicy: policy }),
    },
  };
}

/** `HOST DAY`. */
function snapshot(id: string): Snapshot {
  const [host = '', day = ''] = id.split(' ');
  return { id, time: `2026-11-0${day}T00:00:00Z`, host, paths: ['/srv'], tags: [], tree: '' };
}
