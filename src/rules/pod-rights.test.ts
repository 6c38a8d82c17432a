import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkContainerRights, checkPodRights, checkVolumes } from './pod-rights.ts';

const volumes: [why: string, volume: Parameters<typeof checkVolumes>[1][number], refused: RegExp | undefined][] = [
  ['a Secret of the namespace', { name: 'v', secret: { secretName: 'x' } }, undefined],
  ['a claim', { name: 'v', persistentVolumeClaim: { claimName: 'x' } }, undefined],
  ['an empty directory', { name: 'v', emptyDir: {} }, undefined],
  ['a directory of the node', { name: 'v', hostPath: { path: '/etc' } }, /"v" is of the kind hostPath/],
  ['an export that no claim stands for', { name: 'v', nfs: { server: 's', path: '/' } }, /of the kind nfs/],
  ['a token', { name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }, /holds a service account token/],
];
for (const [why, volume, refused] of volumes)
  test(`${why} ${refused === undefined ? 'may be mounted' : 'is refused'}`, () => {
    if (refused === undefined) checkVolumes('task x', [volume]);
    else assert.throws(() => checkVolumes('task x', [volume]), { code: 'Invalid', message: refused });
  });

type Security = Parameters<typeof checkContainerRights>[1] & Parameters<typeof checkPodRights>[1];
type Given = NonNullable<NonNullable<Security>['securityContext']>;

const allowed: [who: string, given: Given][] = [
  ['another user', { runAsUser: 999, allowPrivilegeEscalation: false }],
  ['no capability', { capabilities: { drop: ['ALL'] } }],
  ['a profile of the node', { seccompProfile: { type: 'Localhost', localhostProfile: 'p' }, appArmorProfile: { type: 'RuntimeDefault' } }],
  ['the labels of a container', { seLinuxOptions: { type: 'container_t', level: 's0:c1,c2' } }],
  ['parameters that are its own alone', { sysctls: [{ name: 'net.ipv4.tcp_keepalive_time', value: '60' }] }],
];
for (const [who, securityContext] of allowed)
  test(`a container, or pod, may have ${who}`, () => {
    checkContainerRights('f', { securityContext });
    checkPodRights('f', { securityContext });
  });

const refused: [field: string, given: Given][] = [
  ['privileged: true', { privileged: true }],
  ['allowPrivilegeEscalation: true', { allowPrivilegeEscalation: true }],
  ['capabilities.add: ["SYS_ADMIN"]', { capabilities: { add: ['SYS_ADMIN'] } }],
  ['procMount: "Unmasked"', { procMount: 'Unmasked' }],
  ['seccompProfile.type: "Unconfined"', { seccompProfile: { type: 'Unconfined' } }],
  ['appArmorProfile.type: "Unconfined"', { appArmorProfile: { type: 'Unconfined' } }],
  ['seLinuxOptions.type: "spc_t"', { seLinuxOptions: { type: 'spc_t' } }],
  ['windowsOptions.hostProcess: true', { windowsOptions: { hostProcess: true } }],
  ['sysctls: ["kernel.msgmax"]', { sysctls: [{ name: 'kernel.msgmax', value: '1' }] }],
];
for (const [field, securityContext] of refused)
  test(`a container, or pod, may not have ${field}`, () => {
    for (const check of [checkContainerRights, checkPodRights])
      assert.throws(() => check('spec.f', { securityContext }), {
        code: 'Invalid',
        message: `spec.f: securityContext asks for ${field}, which is refused`,
        remedy: /^Leave it out/,
      });
  });

test('who asks for nothing is not refused', () => {
  checkContainerRights('f', undefined);
  checkPodRights('f', {});
});
