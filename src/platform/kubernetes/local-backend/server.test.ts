import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SETTINGS as CLUSTER } from '../testing/settings.ts';
import { CREDENTIALS, MADE_OF, PLACE, type ServerSettings, serverDeployment, serverHosts, serverSecret, serverUrl } from './server.ts';
import { localRepository } from './testing/repository.ts';
import { servedVolume } from './volume.ts';

const SETTINGS: ServerSettings = {
  image: 'stash/stash:1',
  imagePullPolicy: 'IfNotPresent',
  imagePullSecrets: [],
  localBackend: CLUSTER.localBackend,
};
const OF = { secret: 'of-the-first', fingerprint: 'f1' };

function made(
  fields?: Parameters<typeof localRepository>[0],
  { credentials = OF, settings = SETTINGS }: { credentials?: typeof OF; settings?: ServerSettings } = {},
) {
  const repository = localRepository(fields);
  const { local } = repository.spec.backend;
  assert.ok(local);
  const volume = servedVolume(local, { allowHostPath: true });
  const deployment = serverDeployment(repository, { volume, credentials }, settings);
  const pod = deployment.spec?.template.spec;
  assert.ok(pod);
  return { deployment, pod, volume };
}

test('the pod may do nothing but serve the volume, and is the only one that does', () => {
  const { deployment, pod } = made();
  assert.deepEqual([deployment.spec?.replicas, deployment.spec?.strategy?.type], [1, 'Recreate']);
  assert.equal(pod.automountServiceAccountToken, false);
  assert.deepEqual([pod.securityContext?.runAsNonRoot, pod.securityContext?.runAsUser, pod.securityContext?.fsGroup], [true, 65532, 65532]);
  for (const container of [...(pod.initContainers ?? []), ...pod.containers]) {
    assert.equal(container.securityContext?.readOnlyRootFilesystem, true);
    assert.equal(container.securityContext?.allowPrivilegeEscalation, false);
    assert.deepEqual(container.securityContext?.capabilities, { drop: ['ALL'] });
  }
  assert.deepEqual(
    pod.volumes?.map((volume) => Object.keys(volume)),
    [
      ['name', 'persistentVolumeClaim'],
      ['name', 'secret'],
    ],
  );
});

test('user and password come from the Secret, and everything goes with the Repository', () => {
  const { deployment, pod } = made();
  const env = pod.containers[0]?.env ?? [];
  assert.deepEqual(
    env.filter(({ valueFrom }) => valueFrom !== undefined).map(({ name, valueFrom }) => [name, valueFrom?.secretKeyRef?.name]),
    [
      ['RCLONE_USER', 'of-the-first'],
      ['RCLONE_PASS', 'of-the-first'],
    ],
  );
  const secret = serverSecret(localRepository(), 'of-the-first', { user: 'u', password: 'p', certificate: 'c', key: 'k' });
  assert.equal(secret.immutable, true);
  for (const { metadata } of [deployment, secret])
    assert.deepEqual(
      metadata?.ownerReferences?.map(({ uid }) => uid),
      ['9a7c'],
    );
});

test('the directory is where Stash had it: subPath of the volume, whatever mountPath says', () => {
  const { pod } = made({ nfs: { server: 'a', path: '/b' }, subPath: 'shop', mountPath: '/safe' });
  const mounts = [...(pod.initContainers ?? []), ...pod.containers].map(({ volumeMounts }) => volumeMounts?.[0]);
  assert.deepEqual(mounts, Array(2).fill({ name: 'repository', mountPath: '/repository', subPath: 'shop' }));
  assert.deepEqual(pod.volumes?.[0], { name: 'repository', nfs: { server: 'a', path: '/b' } });
});

test('the address names the place, so that nothing is ever written to the place that was served before', () => {
  const { deployment, pod, volume } = made();
  const args = pod.containers[0]?.args ?? [];
  assert.equal(args[args.indexOf('--baseurl') + 1], `/${volume.place}`);
  assert.equal(deployment.metadata?.annotations?.[PLACE], volume.place);
  const { host, hostname } = new URL(serverUrl(localRepository()));
  assert.equal(host, `${hostname}:8443`);
  assert.ok(serverHosts(localRepository()).includes(hostname));
  assert.notEqual(serverUrl(localRepository()), serverUrl(localRepository(undefined, { uid: 'made-anew' })));
});

test('another pod is needed for another volume, image, user or credentials, and for nothing else', () => {
  const stamp = (...given: Parameters<typeof made>) => made(...given).deployment.metadata?.annotations?.[MADE_OF];
  const same = stamp();
  assert.equal(stamp({ persistentVolumeClaim: { claimName: 'backups' }, mountPath: '/elsewhere' }), same);
  const root = { ...SETTINGS, localBackend: { ...CLUSTER.localBackend, securityContext: { runAsUser: 0, fsGroup: null } } };
  const others = [
    stamp({ persistentVolumeClaim: { claimName: 'others' } }),
    stamp(undefined, { settings: { ...SETTINGS, image: 'stash/stash:2' } }),
    stamp(undefined, { settings: root }),
    stamp(undefined, { credentials: { ...OF, fingerprint: 'f2' } }),
  ];
  assert.equal(new Set([same, ...others]).size, 5);
  assert.deepEqual(made(undefined, { settings: root }).pod.securityContext, {
    runAsNonRoot: false,
    seccompProfile: { type: 'RuntimeDefault' },
    runAsUser: 0,
  });
  assert.equal(made().deployment.metadata?.annotations?.[CREDENTIALS], 'of-the-first');
});
