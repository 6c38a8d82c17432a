import { apply, get } from './kubectl.ts';
import { waitFor } from './wait-for.ts';

const NAME = 'storage';
const PORT = 8080;

/** A REST server for repositories in a namespace, `storage`; its data goes with its pod. */
export async function restStorage(namespace: string): Promise<{ backend: object }> {
  const labels = { app: NAME };
  await apply(
    namespace,
    { apiVersion: 'v1', kind: 'Service', metadata: { name: NAME }, spec: { selector: labels, ports: [{ port: PORT }] } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: NAME },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec() } },
    },
  );
  await waitFor(
    'the storage is ready',
    () => get('deployment', NAME, namespace),
    (one) => one?.status?.readyReplicas === 1,
    { seconds: 90 },
  );
  return { backend: { rest: { url: `http://${NAME}.${namespace}.svc:${PORT}/` } } };
}

function podSpec(): object {
  return {
    terminationGracePeriodSeconds: 1,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, fsGroup: 65532 },
    containers: [
      {
        name: NAME,
        image: process.env.STASH_IMAGE,
        imagePullPolicy: 'IfNotPresent',
        command: ['rclone', 'serve', 'restic', '--addr', `:${PORT}`, '/data'],
        env: [{ name: 'HOME', value: '/tmp' }],
        securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        readinessProbe: { tcpSocket: { port: PORT }, periodSeconds: 1 },
        volumeMounts: [
          { name: 'data', mountPath: '/data' },
          { name: 'tmp', mountPath: '/tmp' },
        ],
      },
    ],
    volumes: [
      { name: 'data', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
    ],
  };
}
