import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterSettings } from '../settings.ts';
import { claimJob, claimKey } from './claim-job.ts';

const settings: ClusterSettings = {
  namespace: 'stash-system',
  image: 'stash/stash:1',
  imagePullPolicy: 'IfNotPresent',
  imagePullSecrets: [],
  agentsUrl: 'https://stash-agents.stash-system.svc:8443',
  agentServiceAccount: 'stash-agent',
  agentResources: { limits: { memory: '1Gi' } },
};
const backup = { namespace: 'shop', claim: 'data', direction: 'backup' } as const;

test('a backup can read every file and write none; a restore can write and give away', () => {
  const pod = (direction: 'backup' | 'restore') => claimJob(settings, { ...backup, direction }).spec?.template.spec;
  const [reader, writer] = [pod('backup'), pod('restore')];
  const mount = (one: typeof reader) => one?.containers[0]?.volumeMounts?.find(({ name }) => name === 'stash-target');
  assert.deepEqual([mount(reader)?.mountPath, mount(reader)?.readOnly, mount(writer)?.readOnly], ['/stash-data', true, false]);
  assert.equal(reader?.volumes?.find(({ name }) => name === 'stash-target')?.persistentVolumeClaim?.readOnly, true);
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
    { ...backup, claim: long },
    { ...backup, claim: `${long.slice(1)}b` },
  ].map((work) => claimKey(work).job);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?$/);
  assert.equal(claimJob(settings, backup).metadata?.name, names[0]);
});

test('the claim appears where target.volumeMounts says, on the node that has it', () => {
  const work = { ...backup, volumeMounts: [{ name: 'any', mountPath: '/var/data', subPath: 'sub' }], node: 'node1' };
  const pod = claimJob(settings, work).spec?.template.spec;
  const mount = pod?.containers[0]?.volumeMounts?.find(({ name }) => name === 'stash-target');
  assert.deepEqual([mount?.mountPath, mount?.subPath], ['/var/data', 'sub']);
  const [term] = pod?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  assert.deepEqual(term?.matchFields, [{ key: 'metadata.name', operator: 'In', values: ['node1'] }]);
});

test('runtime settings are followed, and more power than a namespace has by itself is refused', () => {
  const asUser = claimJob(settings, { ...backup, runtimeSettings: { container: { securityContext: { runAsUser: 999 } } } });
  assert.equal(asUser.spec?.template.spec?.containers[0]?.securityContext?.runAsUser, 999);
  for (const securityContext of [{ privileged: true }, { allowPrivilegeEscalation: true }])
    assert.throws(() => claimJob(settings, { ...backup, runtimeSettings: { container: { securityContext } } }), /is refused/);
});
