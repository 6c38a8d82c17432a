import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apply, get, kubectl } from './harness/kubectl.ts';
import { ownNamespace } from './harness/namespace.ts';
import { restStorage } from './harness/storage.ts';
import { waitFor } from './harness/wait-for.ts';

test('restic of the image makes a repository on the REST server of the image', async (t) => {
  const namespace = await ownNamespace(t);
  await restStorage(namespace);
  await apply(namespace, resticPod(['init'], `rest:http://storage.${namespace}.svc:8080/`));
  const read = async () => (await get('pod', 'restic', namespace))?.status;
  const status = await waitFor('restic has ended', read, (one) => ['Succeeded', 'Failed'].includes(one?.phase), { seconds: 90 });
  const log = await kubectl(['logs', 'restic', '--namespace', namespace]);
  assert.equal(status?.phase, 'Succeeded', log);
  assert.match(log, /created restic repository/);
});

function resticPod(args: string[], repository: string): object {
  const env = { RESTIC_REPOSITORY: repository, RESTIC_PASSWORD: 'e2e', HOME: '/tmp' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'restic' },
    spec: {
      restartPolicy: 'Never',
      containers: [
        {
          name: 'restic',
          image: process.env.STASH_IMAGE,
          imagePullPolicy: 'IfNotPresent',
          command: ['restic'],
          args,
          env: Object.entries(env).map(([name, value]) => ({ name, value })),
          securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
        },
      ],
      volumes: [{ name: 'tmp', emptyDir: {} }],
    },
  };
}
