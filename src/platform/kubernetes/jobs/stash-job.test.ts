import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StashRun } from '../../../controllers/platform-port.ts';
import { SETTINGS as settings } from '../testing/settings.ts';
import { type StashWork, stashJob, stashJobKey } from './stash-job.ts';

const dump = {
  image: 'dump:1',
  args: ['backup', '--output-dir=/stash-tmp/output'],
  volumeMounts: [{ name: 'secret-volume', mountPath: '/etc/repository/secret' }],
  resources: { limits: { memory: '1Gi' } },
};
const program = {
  name: 'dumps',
  steps: [
    { name: 'dump-0', spec: dump },
    { name: 'upload-1', spec: { image: 'upload:1' } },
  ],
  volumes: [{ name: 'secret-volume', secret: { secretName: 'storage' } }],
  outputDir: '/stash-tmp/output',
} as unknown as StashRun['program'];
const stash: StashRun = {
  program,
  orderId: 'one',
  deadline: '2026-03-01T11:00:00Z',
  owner: { kind: 'BackupSession', name: 'now', namespace: 'shop', uid: 'u-1' },
  repositoryUrl: 'rest:http://storage/',
  storageSecret: 'storage',
  redact: (text) => text,
};
const work: StashWork = {
  direction: 'backup',
  target: { kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' },
  spec: undefined,
  runtimeSettings: undefined,
  tempDir: undefined,
  stash,
  now: new Date('2026-03-01T10:00:00Z'),
};
const podOf = (of: StashWork) => stashJob(settings, of).spec?.template.spec;

test('the steps run one after the other before the agent, which alone has a token, and not that of the API server', () => {
  const pod = podOf(work);
  assert.deepEqual(
    pod?.initContainers?.map(({ name, image, args }) => [name, image, args]),
    [
      ['dump-0', 'dump:1', dump.args],
      ['upload-1', 'upload:1', undefined],
    ],
  );
  assert.deepEqual(
    pod?.containers.map(({ name, image }) => [name, image]),
    [['stash', 'stash/stash:1']],
  );
  assert.equal(pod?.automountServiceAccountToken, false);
  for (const step of pod?.initContainers ?? [])
    assert.ok(!step.volumeMounts?.some(({ name }) => name === 'stash-token' || name === 'stash-stage'), step.name);
});

test('a step has the storage secret and the repository, the claim for reading, the directories of Stash, and what its Task declares', () => {
  const [step] = podOf(work)?.initContainers ?? [];
  assert.deepEqual(step?.envFrom, [{ secretRef: { name: 'storage' } }]);
  assert.deepEqual(step?.env, [{ name: 'RESTIC_REPOSITORY', value: 'rest:http://storage/' }]);
  const mounts = new Map(step?.volumeMounts?.map(({ mountPath, readOnly }) => [mountPath, readOnly]));
  assert.deepEqual([...mounts.keys()], ['/etc/repository/secret', '/stash-tmp', '/tmp', '/stash-interim-volume', '/stash-data']);
  assert.equal(mounts.get('/stash-data'), true);
  assert.deepEqual(step?.resources, dump.resources);
  const restored = podOf({ ...work, direction: 'restore' })?.initContainers?.[0];
  assert.equal(restored?.volumeMounts?.find(({ mountPath }) => mountPath === '/stash-data')?.readOnly, false);
});

test('a claim that the Task mounts itself is not mounted twice', () => {
  const volumes = [...program.volumes, { name: 'target-volume', persistentVolumeClaim: { claimName: 'data' } }];
  const pod = podOf({ ...work, stash: { ...stash, program: { ...program, volumes } } });
  assert.deepEqual(
    pod?.volumes?.filter(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined).map(({ name }) => name),
    ['target-volume'],
  );
});

test('it runs once, until the deadline of its session, and goes with that', () => {
  const { metadata, spec } = stashJob(settings, work);
  assert.deepEqual([spec?.backoffLimit, spec?.activeDeadlineSeconds, spec?.ttlSecondsAfterFinished], [0, 3600, undefined]);
  assert.deepEqual(
    metadata?.ownerReferences?.map(({ kind, name, uid }) => [kind, name, uid]),
    [['BackupSession', 'now', 'u-1']],
  );
  assert.notEqual(stashJobKey(work).job, stashJobKey({ ...work, stash: { ...stash, orderId: 'two' } }).job);
});

const refused: [why: string, more: Partial<StashRun['program']>, settings: StashWork['runtimeSettings'], says: RegExp][] = [
  ['an output that nobody can read', { outputDir: '/opt/output' }, undefined, /outputDir \/opt\/output is in no volume/],
  ['a volume that there is none of', { volumes: [] }, undefined, /step dump-0 mounts the volume "secret-volume"/],
  ['rights', {}, { container: { securityContext: { privileged: true } } }, /asks for privileged: true, which is refused/],
  [
    'rights of the pod',
    {},
    { pod: { securityContext: { seccompProfile: { type: 'Unconfined' } } } },
    /^spec.runtimeSettings.pod: securityContext asks for seccompProfile.type: "Unconfined", which is refused$/,
  ],
];
for (const [why, more, runtimeSettings, says] of refused)
  test(`refuses ${why}`, () => {
    assert.throws(() => podOf({ ...work, runtimeSettings, stash: { ...stash, program: { ...program, ...more } } }), { message: says });
  });
