import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AppBinding } from '../../../api/app-binding.ts';
import type { BackupConfiguration } from '../../../api/backup-configuration.ts';
import type { Function as StashFunction } from '../../../api/function.ts';
import { invokerOf } from '../../../rules/invoker.ts';
import { wantedSidecars, workloadsOf } from './wanted-sidecars.ts';

const functionOf = (name: string, spec: Partial<StashFunction['spec']>) =>
  [name, { apiVersion: '', kind: 'Function', metadata: { name }, spec: { supports: ['Full'], ...spec } }] as [string, StashFunction];
const catalog = {
  functions: new Map([
    functionOf('files', { source: 'Paths' }),
    functionOf('export', {
      source: 'Stage',
      image: 'export:1',
      command: ['x'],
      env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'login', key: 'token' } } }],
      resources: { limits: { memory: '1Gi' } },
    }),
    functionOf('mariadb-physical', { source: 'Stage', image: '${TARGET_IMAGE}', command: ['x'] }),
  ]),
  tasks: new Map(),
};
const known = {
  catalog,
  applicationOf: (target: { appBinding?: { name: string } } | undefined) =>
    target?.appBinding && ({ metadata: { name: target.appBinding.name }, spec: { type: 'mariadb' } } as AppBinding),
};
const db = { kind: 'StatefulSet' as const, namespace: 'shop', name: 'db' };

function configuration(name: string, spec: Partial<BackupConfiguration['spec']>) {
  const target = { ref: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' }, paths: ['/data'] };
  const object = {
    kind: 'BackupConfiguration',
    metadata: { namespace: 'shop', name, uid: name },
    spec: { target, schedule: '@daily', ...spec },
  };
  return invokerOf(object as BackupConfiguration);
}

test('each binding wants its sidecar; an alias without one wants that of the files', () => {
  const full = { execAlias: ['full'], function: { name: 'mariadb-physical', containerName: 'db-backup' } };
  const invoker = configuration('one', { execOps: [{ alias: 'full' }, { alias: 'files' }], sidecar: [full] });
  const wanted = wantedSidecars(db, [invoker], known).map(({ container, image, staged }) => ({ container, image, staged }));
  assert.deepEqual(wanted, [
    { container: 'db-backup', image: '${TARGET_IMAGE}', staged: 'Physical' },
    { container: 'stash', image: undefined, staged: 'Files' },
  ]);
});

test('a function brings its image, its variables and its resources, and a configuration says more of these', () => {
  const [wanted] = wantedSidecars(db, [configuration('one', { task: { name: 'export' } })], known);
  assert.equal(wanted?.image, 'export:1');
  assert.match(wanted?.env?.[0]?.name ?? '', /^STASH_SECRET_[0-9A-F]{8}_TOKEN$/);
  assert.deepEqual(wanted?.runtimeSettings, { resources: { limits: { memory: '1Gi' } } });
  const more = { container: { resources: { limits: { memory: '2Gi' } } } };
  const [changed] = wantedSidecars(db, [configuration('one', { task: { name: 'export' }, runtimeSettings: more })], known);
  assert.deepEqual(changed?.runtimeSettings, more.container);
});

test('a workload that names its MariaDB wants the sidecar of that, not of its files', () => {
  const target = { ref: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' }, appBinding: { name: 'db' } };
  const [wanted] = wantedSidecars(db, [configuration('one', { target })], known);
  assert.deepEqual([wanted?.staged, wanted?.image], ['Physical', '${TARGET_IMAGE}']);
});

test('a schedule, a retention policy or a repository more changes nothing of what is wanted', () => {
  const text = (spec: Partial<BackupConfiguration['spec']>) => JSON.stringify(wantedSidecars(db, [configuration('one', spec)], known));
  const before = text({});
  for (const spec of [
    { schedule: '*/5 * * * *' },
    { retentionPolicy: { name: 'keep', keepLast: 3 } },
    { repositories: [{ name: 'a' }, { name: 'b' }] },
    { paused: true },
  ] as Partial<BackupConfiguration['spec']>[])
    assert.equal(text(spec), before);
});

test('a binding that is wrong, another workload and another namespace want nothing here', () => {
  const ref = (more: object) => ({ target: { ref: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', ...more } } });
  const invokers = [
    configuration('wrong', { task: { name: 'none' } }),
    configuration('other', ref({ name: 'cache' })),
    configuration('far', ref({ namespace: 'ops' })),
  ];
  assert.deepEqual(wantedSidecars(db, invokers, known), []);
  assert.deepEqual(workloadsOf(configuration('far', ref({ namespace: 'ops' }))), []);
  assert.deepEqual(workloadsOf(configuration('one', {})), [db]);
});
