import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkContainerRights, checkVolumes } from './pod-rights.ts';

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

test('a container may be another user, and no more powerful', () => {
  checkContainerRights('f', { securityContext: { runAsUser: 999, allowPrivilegeEscalation: false } });
  checkContainerRights('f', undefined);
  for (const securityContext of [{ privileged: true }, { allowPrivilegeEscalation: true }, { capabilities: { add: ['SYS_ADMIN'] } }])
    assert.throws(() => checkContainerRights('f', { securityContext }), { code: 'Invalid', message: /^f: securityContext asks for / });
});
