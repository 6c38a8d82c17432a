import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1PodSpec, V1SecurityContext } from '@kubernetes/client-node';
import { containerOf, filesSidecar, patchOf, webDeployment } from './testing/workloads.ts';

const cases: {
  name: string;
  container?: V1SecurityContext;
  pod?: NonNullable<V1PodSpec['securityContext']>;
  image: string;
  user: number | undefined;
  root: boolean;
}[] = [
  { name: 'nothing is said: root, which may read everything', image: 'stash/stash:1', user: 0, root: true },
  { name: 'a user of the container', container: { runAsUser: 7 }, image: 'stash/stash:1', user: 7, root: false },
  { name: 'root on purpose', container: { runAsUser: 0 }, image: 'stash/stash:1', user: 0, root: true },
  { name: 'a user of the pod', pod: { runAsUser: 7, runAsNonRoot: true }, image: 'stash/stash:1', user: undefined, root: false },
  { name: 'root of the pod', pod: { runAsUser: 0 }, image: 'stash/stash:1', user: undefined, root: true },
  { name: 'only the image knows the user', container: { runAsNonRoot: true }, image: 'web:7', user: undefined, root: false },
];
for (const { name, container, pod, image, user, root } of cases)
  test(`The user of the data: ${name}`, () => {
    const workload = webDeployment(
      container === undefined ? {} : { securityContext: container },
      pod === undefined ? {} : { securityContext: pod },
    );
    const { patch } = patchOf(workload, [filesSidecar()]);
    for (const which of ['stash', 'stash-gate']) {
      const made = containerOf(patch, which);
      assert.equal(made.image, image);
      assert.equal(made.securityContext?.runAsUser, user);
      assert.equal(made.securityContext?.capabilities?.add !== undefined, root, 'capabilities');
      assert.deepEqual(made.securityContext?.capabilities?.drop, ['ALL']);
    }
    const install = containerOf(patch, 'stash-install').securityContext;
    assert.equal(install?.runAsNonRoot, pod?.runAsUser === 0 ? undefined : true);
    assert.equal(install?.capabilities?.add, undefined);
  });

test('Only the gate may give files away', () => {
  const { patch } = patchOf(webDeployment(), [filesSidecar()]);
  const added = (name: string) => containerOf(patch, name).securityContext?.capabilities?.add ?? [];
  assert.ok(added('stash-gate').includes('FOWNER'));
  assert.ok(!added('stash').includes('FOWNER'));
});

test('Labels of SELinux go along, rights and profiles of the workload do not', () => {
  const securityContext: V1SecurityContext = {
    privileged: true,
    capabilities: { add: ['SYS_ADMIN'] },
    seLinuxOptions: { level: 's0:c1,c2' },
    seccompProfile: { type: 'Unconfined' },
    appArmorProfile: { type: 'Localhost', localhostProfile: 'web' },
    readOnlyRootFilesystem: false,
  };
  const made = containerOf(patchOf(webDeployment({ securityContext }), [filesSidecar()]).patch, 'stash').securityContext;
  assert.deepEqual(made?.seLinuxOptions, { level: 's0:c1,c2' });
  assert.deepEqual(made?.seccompProfile, { type: 'RuntimeDefault' });
  assert.equal(made?.privileged, undefined);
  assert.equal(made?.appArmorProfile, undefined);
  assert.equal(made?.readOnlyRootFilesystem, true);
});

test('What runtimeSettings say of the user counts', () => {
  const wanted = filesSidecar({ runtimeSettings: { securityContext: { runAsUser: 12, runAsGroup: 13 } } });
  const made = containerOf(patchOf(webDeployment({ securityContext: { runAsUser: 7 } }), [wanted]).patch, 'stash').securityContext;
  assert.deepEqual([made?.runAsUser, made?.runAsGroup, made?.capabilities], [12, 13, { drop: ['ALL'] }]);
});
