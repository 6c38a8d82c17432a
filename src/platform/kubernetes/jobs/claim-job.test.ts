import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SETTINGS as settings } from '../testing/settings.ts';
import { claimJob, claimKey } from './claim-job.ts';

const claimOf = (name: string, ...paths: string[]) => ({ name, mounts: paths.map((mountPath) => ({ mountPath })) });
const backup = { namespace: 'shop', claims: [claimOf('data', '/stash-data')], direction: 'backup' as const };

test('a backup can read every file and write none; a restore can write and give away', () => {
  const pod = (direction: 'backup' | 'restore') => claimJob(settings, { ...backup, direction }).spec?.template.spec;
  const [reader, writer] = [pod('backup'), pod('restore')];
  const mount = (one: typeof reader) => one?.containers[0]?.volumeMounts?.find(({ name }) => name === 'stash-target-0');
  assert.deepEqual([mount(reader)?.mountPath, mount(reader)?.readOnly, mount(writer)?.readOnly], ['/stash-data', true, false]);
  assert.equal(reader?.volumes?.find(({ name }) => name === 'stash-target-0')?.persistentVolumeClaim?.readOnly, true);
  assert.deepEqual(reader?.containers[0]?.securityContext?.capabilities, { drop: ['ALL'], add: ['DAC_READ_SEARCH'] });
  assert.ok(writer?.containers[0]?.securityContext?.capabilities?.add?.includes('CHOWN'));
  for (const one of [reader, writer]) {
    assert.equal(one?.automountServiceAccountToken, false);
    assert.equal(one?.containers[0]?.securityContext?.readOnlyRootFilesystem, true);
    assert.equal(one?.containers[0]?.securityContext?.allowPrivilegeEscalation, false);
  }
});

test('directions and claims have Jobs of their own, with names that are short enough for their pods', () => {
  const long = 'a'.repeat(253);
  const names = [
    backup,
    { ...backup, direction: 'restore' as const },
    { ...backup, claims: [claimOf(long)] },
    { ...backup, claims: [claimOf(`${long.slice(1)}b`)] },
    { ...backup, claims: [claimOf('data'), claimOf('logs')] },
  ].map((work) => claimKey(work).job);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?$/);
  assert.equal(claimJob(settings, backup).metadata?.name, names[0]);
});

test('what sees another part of a claim, or is another container, has a Job of its own; where it runs makes no difference', () => {
  const at = (mountPath: string, subPath?: string) => [
    { name: 'data', mounts: [{ mountPath, ...(subPath === undefined ? {} : { subPath }) }] },
  ];
  const names = [
    backup,
    { ...backup, claims: at('/stash-data', 'a') },
    { ...backup, claims: at('/stash-data', 'b') },
    { ...backup, claims: at('/var/data') },
    { ...backup, runtimeSettings: { container: { securityContext: { runAsUser: 999 } } } },
    { ...backup, tempDir: { sizeLimit: '1Gi' } },
    { ...backup, program: { functions: ['dump'], env: [], envFrom: [], volumes: [], volumeMounts: [] } },
  ].map((work) => claimKey(work).job);
  assert.equal(new Set(names).size, names.length);
  assert.equal(claimKey({ ...backup, node: 'node1' }).job, names[0]);
});

test('the claim appears where it is said to, on the node that has it', () => {
  const work = { ...backup, claims: [{ name: 'data', mounts: [{ mountPath: '/var/data', subPath: 'sub' }] }], node: 'node1' };
  const pod = claimJob(settings, work).spec?.template.spec;
  const mount = pod?.containers[0]?.volumeMounts?.find(({ name }) => name === 'stash-target-0');
  assert.deepEqual([mount?.mountPath, mount?.subPath], ['/var/data', 'sub']);
  const [term] = pod?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  assert.deepEqual(term?.matchFields, [{ key: 'metadata.name', operator: 'In', values: ['node1'] }]);
});

test('the claims of one replica are mounted together, and given back soon after the restore', () => {
  const claims = [claimOf('data-db-0', '/data'), claimOf('conf-db-0', '/etc/app', '/srv/app')];
  const pod = claimJob(settings, { ...backup, claims, direction: 'restore' }).spec?.template.spec;
  const [container] = pod?.containers ?? [];
  const mounted = container?.volumeMounts?.filter(({ name }) => name.startsWith('stash-target'));
  assert.deepEqual(
    mounted?.map(({ name, mountPath }) => [name, mountPath]),
    [
      ['stash-target-0', '/data'],
      ['stash-target-1', '/etc/app'],
      ['stash-target-1', '/srv/app'],
    ],
  );
  const names = pod?.volumes?.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
  assert.deepEqual(names, ['data-db-0', 'conf-db-0']);
  assert.equal(container?.env?.find(({ name }) => name === 'STASH_IDLE_SECONDS')?.value, '5');
});

test('runtime settings are followed, and more power than a namespace has by itself is refused', () => {
  const asUser = claimJob(settings, { ...backup, runtimeSettings: { container: { securityContext: { runAsUser: 999 } } } });
  assert.equal(asUser.spec?.template.spec?.containers[0]?.securityContext?.runAsUser, 999);
  for (const securityContext of [{ privileged: true }, { allowPrivilegeEscalation: true }])
    assert.throws(() => claimJob(settings, { ...backup, runtimeSettings: { container: { securityContext } } }), /is refused/);
});
