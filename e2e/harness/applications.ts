import { kubectl } from './kubectl.ts';

/** Has a shell and sha256sum. */
const IMAGE = process.env.STASH_E2E_SHELL_IMAGE ?? 'debian:bookworm-slim';
const CONTAINER = 'app';
export const DATA = '/data';
/** At its first start; a new volume gets new data. */
const FILL = `
mkdir -p ${DATA}/sub/empty
[ -e ${DATA}/random ] || { head -c "$SIZE" /dev/urandom >${DATA}/fill; ln ${DATA}/fill "${DATA}/sub/another name"; echo "$HOSTNAME" >${DATA}/sub/host; mv ${DATA}/fill ${DATA}/random; }
trap 'exit 0' TERM
sleep infinity & wait`;

interface Options {
  replicas?: number;
  /** Bytes of random data; as little as makes an upload otherwise. */
  size?: number;
  claim?: string;
  annotations?: Record<string, string>;
  /** Of the pod. */
  node?: string;
}

/** An application with data at DATA: in a claim of its own (StatefulSet), in the one that is named, or as long as its pod lives. */
export function application(kind: 'Deployment' | 'StatefulSet' | 'DaemonSet', name: string, options: Options = {}): object {
  const labels = { app: name };
  const { replicas = 1, claim, size = 200_000 } = options;
  const own = kind === 'StatefulSet' && claim === undefined;
  const data = claim === undefined ? { emptyDir: {} } : { persistentVolumeClaim: { claimName: claim } };
  const spec = {
    terminationGracePeriodSeconds: 5,
    ...(options.node === undefined ? {} : { nodeSelector: { 'kubernetes.io/hostname': options.node } }),
    containers: [
      {
        name: CONTAINER,
        image: IMAGE,
        imagePullPolicy: 'IfNotPresent',
        command: ['sh', '-c', FILL],
        env: [{ name: 'SIZE', value: String(size) }],
        readinessProbe: { exec: { command: ['test', '-e', `${DATA}/random`] }, periodSeconds: 1 },
        volumeMounts: [{ name: 'data', mountPath: DATA }],
      },
    ],
    volumes: own ? [] : [{ name: 'data', ...data }],
  };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      selector: { matchLabels: labels },
      ...(kind === 'DaemonSet' ? {} : { replicas }),
      ...(kind === 'StatefulSet' ? { serviceName: name, podManagementPolicy: 'Parallel' } : {}),
      template: { metadata: { labels, ...(options.annotations === undefined ? {} : { annotations: options.annotations }) }, spec },
      ...(own ? { volumeClaimTemplates: [{ ...claimOf('data'), status: undefined }] } : {}),
    },
  };
}

export function claimOf(name: string): object {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '64Mi' } } };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec };
}

/** sha256 of every file below a directory, by its path there; of a pod, or of what `deployment/NAME` names. */
export async function sumsIn(namespace: string, pod: string, directory = DATA): Promise<Record<string, string>> {
  const script = `cd ${directory} && find . -type f -exec sha256sum {} +`;
  const text = await inside(namespace, pod, script);
  const lines = text.trim().split('\n');
  return Object.fromEntries(lines.map((line) => [line.slice(66).replace(/^\.\//, ''), line.slice(0, 64)]));
}

export async function inside(namespace: string, pod: string, script: string, container = CONTAINER): Promise<string> {
  return kubectl(['exec', pod, '--namespace', namespace, '--container', container, '--', 'sh', '-c', script]);
}
