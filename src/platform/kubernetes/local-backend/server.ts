import { createHash } from 'node:crypto';
import type { V1Deployment, V1ObjectMeta, V1PodSecurityContext, V1PodSpec, V1Secret, V1Service, V1Volume } from '@kubernetes/client-node';
import { GROUP, LABEL_VALUES, LABELS } from '../../../api/names.ts';
import type { Repository } from '../../../api/repository.ts';
import { jobName } from '../jobs/job.ts';
import { leastPrivilege } from '../pods/agent-parts.ts';
import type { ClusterSettings } from '../settings.ts';
import type { Credentials } from './credentials.ts';
import type { ServedVolume } from './volume.ts';

export type ServerSettings = Pick<ClusterSettings, 'image' | 'imagePullPolicy' | 'imagePullSecrets' | 'localBackend'>;

/** On the Deployment: what it is made of, and the two parts of that by which it is used. */
export const MADE_OF = `${GROUP}/made-of`;
export const PLACE = `${GROUP}/place`;
export const CREDENTIALS = `${GROUP}/credentials`;

/** Keys of the Secret. */
export const KEYS = { user: 'username', password: 'password', certificate: 'tls.crt', key: 'tls.key' } as const;
export const CHECK_CONTAINER = 'volume';

const COMPONENT = 'stash-local-backend';
const PORT = 8443;
const VOLUME = '/repository';
const CERTIFICATE = '/certificate';

/** Of all objects that serve a Repository. One that is made anew under the same name gets others. */
export function serverName({ metadata }: Repository): string {
  return jobName(`stash-local-${metadata.name}`, metadata.uid ?? '');
}

/** What the certificate is for. */
export function serverHosts(repository: Repository): string[] {
  const name = serverName(repository);
  const namespace = repository.metadata.namespace ?? '';
  return ['', `.${namespace}`, `.${namespace}.svc`, `.${namespace}.svc.cluster.local`].map((rest) => `${name}${rest}`);
}

/** Of the server whatever it serves; followed by the place. */
export function serverUrl(repository: Repository): string {
  return `https://${serverName(repository)}.${repository.metadata.namespace}.svc:${PORT}/`;
}

export function serverPods(repository: Repository): Record<string, string> {
  return { [LABELS.component]: COMPONENT, 'app.kubernetes.io/instance': serverName(repository) };
}

/** Never written again: a new certificate is another Secret, and so another pod. */
export function serverSecret(repository: Repository, name: string, data: Record<keyof typeof KEYS, string>): V1Secret {
  const stringData = Object.fromEntries(Object.entries(KEYS).map(([of, key]) => [key, data[of as keyof typeof KEYS]]));
  return { apiVersion: 'v1', kind: 'Secret', metadata: owned(repository, name), type: 'Opaque', immutable: true, stringData };
}

export function serverService(repository: Repository): V1Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: owned(repository, serverName(repository)),
    spec: {
      selector: serverPods(repository),
      ports: [{ name: 'https', port: PORT, targetPort: PORT, protocol: 'TCP', appProtocol: 'https' }],
    },
  };
}

interface Served {
  volume: ServedVolume;
  credentials: Pick<Credentials, 'secret' | 'fingerprint'>;
}

/** One pod at a time, since two would be two writers that do not know of each other. */
export function serverDeployment(repository: Repository, { volume, credentials }: Served, settings: ServerSettings): V1Deployment {
  const labels = { [LABELS.managedBy]: LABEL_VALUES.managedBy, ...serverPods(repository) };
  const spec: V1Deployment['spec'] = {
    replicas: 1,
    revisionHistoryLimit: 1,
    strategy: { type: 'Recreate' },
    selector: { matchLabels: serverPods(repository) },
    template: {
      metadata: { labels, annotations: { [CREDENTIALS]: credentials.fingerprint } },
      spec: podSpec(volume, credentials.secret, settings),
    },
  };
  const madeOf = createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 32);
  const annotations = { [MADE_OF]: madeOf, [PLACE]: volume.place, [CREDENTIALS]: credentials.secret };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { ...owned(repository, serverName(repository)), annotations }, spec };
}

function podSpec(volume: ServedVolume, secret: string, settings: ServerSettings): V1PodSpec {
  const { localBackend, imagePullSecrets } = settings;
  const mount = { name: 'repository', mountPath: VOLUME, ...(volume.subPath === undefined ? {} : { subPath: volume.subPath }) };
  const common = {
    image: settings.image,
    imagePullPolicy: settings.imagePullPolicy,
    resources: localBackend.resources,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: leastPrivilege(),
  };
  const fromSecret = (name: string, key: string) => ({ name, valueFrom: { secretKeyRef: { name: secret, key } } });
  const probe = { tcpSocket: { port: PORT } };
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 10,
    ...(imagePullSecrets.length === 0 ? {} : { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    ...(Object.keys(localBackend.nodeSelector).length === 0 ? {} : { nodeSelector: localBackend.nodeSelector }),
    ...(localBackend.tolerations.length === 0 ? {} : { tolerations: localBackend.tolerations }),
    securityContext: podSecurity(localBackend.securityContext),
    // rclone says of a directory that it may not read that there is nothing in it.
    initContainers: [{ ...common, name: CHECK_CONTAINER, command: ['stash-check-volume', VOLUME], volumeMounts: [mount] }],
    containers: [
      {
        ...common,
        name: 'rclone',
        command: ['rclone', 'serve', 'restic', VOLUME],
        args: [
          ...['--addr', `:${PORT}`, '--baseurl', `/${volume.place}`],
          ...['--cert', `${CERTIFICATE}/${KEYS.certificate}`, '--key', `${CERTIFICATE}/${KEYS.key}`, '--min-tls-version', 'tls1.2'],
          // Others may write there too: whoever mounts the volume and runs restic on it.
          '--cache-objects=false',
        ],
        env: [
          fromSecret('RCLONE_USER', KEYS.user),
          fromSecret('RCLONE_PASS', KEYS.password),
          { name: 'RCLONE_CONFIG', value: '/dev/null' },
        ],
        ports: [{ name: 'https', containerPort: PORT, protocol: 'TCP' }],
        startupProbe: { ...probe, periodSeconds: 1, failureThreshold: 60 },
        // Each writes a line into rclone's log, so not often. None for being alive: no restart mends storage that hangs.
        readinessProbe: { ...probe, periodSeconds: 30, failureThreshold: 3 },
        volumeMounts: [mount, { name: 'certificate', mountPath: CERTIFICATE, readOnly: true }],
      },
    ],
    volumes: [
      { name: 'repository', ...volume.source } as V1Volume,
      {
        name: 'certificate',
        secret: {
          secretName: secret,
          defaultMode: 0o444,
          items: [KEYS.certificate, KEYS.key].map((key) => ({ key, path: key })),
        },
      },
    ],
  };
}

function podSecurity(given: ServerSettings['localBackend']['securityContext']): V1PodSecurityContext {
  const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)) as V1PodSecurityContext;
  return { runAsNonRoot: named.runAsUser !== 0, seccompProfile: { type: 'RuntimeDefault' }, ...named };
}

/** All goes with the Repository; what is on the volume stays. */
function owned({ apiVersion, kind, metadata }: Repository, name: string): V1ObjectMeta {
  return {
    name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    labels: { [LABELS.managedBy]: LABEL_VALUES.managedBy, [LABELS.component]: COMPONENT },
    ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true }],
  };
}

/** Whether it is the server of this very Repository. */
export function isOwned({ metadata }: { metadata?: V1ObjectMeta }, repository: Repository): boolean {
  return (metadata?.ownerReferences ?? []).some(({ uid }) => uid === repository.metadata.uid);
}

/** Name of the Secret with what this authority has signed. */
export function secretName(repository: Repository, signer: string): string {
  return `${serverName(repository)}-${signer}`;
}
