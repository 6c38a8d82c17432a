import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FunctionContainer } from '../../../rules/function-container.ts';
import { SETTINGS as settings } from '../testing/settings.ts';
import { applicationJob, applicationKey } from './application-job.ts';
import { claimJob, claimKey } from './claim-job.ts';

const program: FunctionContainer = {
  functions: ['dump'],
  image: 'dump:1',
  env: [{ name: 'STASH_SECRET_0_LOGIN', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } }],
  envFrom: [{ prefix: 'STASH_ENV_0_', configMapRef: { name: 'settings' } }],
  volumes: [{ name: 'scripts', configMap: { name: 'scripts' } }],
  volumeMounts: [{ name: 'scripts', mountPath: '/scripts' }],
  resources: { limits: { memory: '2Gi' } },
};
const claims = [{ name: 'data', mounts: [{ mountPath: '/stash-data' }] }];
const work = { namespace: 'shop', claims, direction: 'backup', program } as const;

test('a function runs in its image, into which the agent is brought, with its variables and volumes', () => {
  const pod = claimJob(settings, work).spec?.template.spec;
  const [container] = pod?.containers ?? [];
  assert.deepEqual([container?.image, container?.command], ['dump:1', ['/stash/bin/stash-agent']]);
  assert.deepEqual(
    pod?.initContainers?.map(({ name, image }) => [name, image]),
    [['stash-install', 'stash/stash:1']],
  );
  assert.deepEqual(container?.env?.find(({ name }) => name === 'STASH_SECRET_0_LOGIN')?.valueFrom?.secretKeyRef, {
    name: 'login',
    key: 'password',
  });
  assert.deepEqual(container?.envFrom, program.envFrom);
  assert.deepEqual(container?.resources, program.resources);
  const mounted = new Map(container?.volumeMounts?.map(({ name, mountPath }) => [name, mountPath]));
  assert.deepEqual(
    [mounted.get('stash-payload'), mounted.get('scripts'), mounted.get('stash-target-0')],
    ['/stash', '/scripts', '/stash-data'],
  );
  const volumes = pod?.volumes?.map(({ name }) => name) ?? [];
  for (const name of mounted.keys()) assert.ok(volumes.includes(name), name);
});

test('one that asks for nothing runs in the image of the operator, as it always did', () => {
  const pod = claimJob(settings, { ...work, program: undefined }).spec?.template.spec;
  assert.deepEqual([pod?.containers[0]?.image, pod?.initContainers], ['stash/stash:1', undefined]);
});

test('an image of a private registry is pulled with the Secret that the configuration names', () => {
  const runtimeSettings = { pod: { imagePullSecrets: [{ name: 'registry' }] } };
  const pod = claimJob({ ...settings, imagePullSecrets: ['own'] }, { ...work, runtimeSettings }).spec?.template.spec;
  assert.deepEqual(pod?.imagePullSecrets, [{ name: 'own' }, { name: 'registry' }]);
});

test('a claim has a Job for each container that is wanted for it', () => {
  const keys = [work, { ...work, program: undefined }, { ...work, program: { ...program, image: 'dump:2' } }].map(
    (one) => claimKey(one).job,
  );
  assert.equal(new Set(keys).size, 3);
});

test('what a configuration says counts more than what the function says, and rights are not to be had', () => {
  const given = { container: { resources: { limits: { memory: '4Gi' } }, env: [{ name: 'TZ', value: 'CET' }] } };
  const [container] = claimJob(settings, { ...work, runtimeSettings: given }).spec?.template.spec?.containers ?? [];
  assert.deepEqual(container?.resources, given.container.resources);
  assert.ok(container?.env?.some(({ name, value }) => name === 'TZ' && value === 'CET'));
  const asRoot = { container: { securityContext: { capabilities: { add: ['SYS_ADMIN'] } } } };
  assert.throws(
    () => claimJob(settings, { ...work, runtimeSettings: asRoot }),
    /asks for capabilities.add: \["SYS_ADMIN"\], which is refused/,
  );
  const tuned = { pod: { securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } } };
  const refused = /spec.runtimeSettings.pod: securityContext asks for sysctls: \["kernel.msgmax"\], which is refused/;
  assert.throws(() => claimJob(settings, { ...work, runtimeSettings: tuned }), refused);
  const application = { namespace: 'shop', name: 'db', direction: 'backup', program } as const;
  assert.throws(() => applicationJob(settings, { ...application, runtimeSettings: tuned }), refused);
});

const capabilities: [given: { drop?: string[] }, wanted: object][] = [
  [{}, { drop: ['ALL'], add: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'MKNOD'] }],
  [{ drop: ['NET_RAW', 'MKNOD'] }, { drop: ['ALL', 'NET_RAW', 'MKNOD'], add: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID'] }],
  [{ drop: ['ALL'] }, { drop: ['ALL'] }],
];
for (const [given, wanted] of capabilities)
  test(`settings only take capabilities away: ${JSON.stringify(given)}`, () => {
    const runtimeSettings = { container: { securityContext: { capabilities: given } } };
    const [container] = claimJob(settings, { ...work, direction: 'restore', runtimeSettings }).spec?.template.spec?.containers ?? [];
    assert.deepEqual(container?.securityContext?.capabilities, wanted);
    assert.equal(container?.securityContext?.allowPrivilegeEscalation, false);
  });

test('the Job of an application is nobody, has no token of the API server, and no data mounted', () => {
  const application = { namespace: 'shop', name: 'db', direction: 'backup', program } as const;
  const job = applicationJob(settings, application);
  const pod = job.spec?.template.spec;
  assert.deepEqual([pod?.securityContext?.runAsUser, pod?.automountServiceAccountToken], [65532, false]);
  assert.equal(job.metadata?.name, applicationKey(application).job);
  const given = { container: { securityContext: { runAsUser: 999 } } };
  const others = [{ direction: 'restore' as const }, { runtimeSettings: given }, { tempDir: { sizeLimit: '1Gi' } }];
  const names = [{}, ...others].map((more) => applicationKey({ ...application, ...more }).job);
  assert.equal(new Set(names).size, names.length);
});
