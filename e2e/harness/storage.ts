import { apply, get, kubectl } from './kubectl.ts';
import { waitFor } from './wait-for.ts';

const NAME = 'storage';
const PORT = 8080;
const BEHIND = 8081;
/** Of the storage that all tests share which do nothing to it. */
export const STORAGE = 'stash-e2e-storage';

export interface Storage {
  url: string;
  backend: { rest: { url: string } };
}

/** A place of this namespace on the storage that is there for all. */
export function sharedStorage(namespace: string): Storage {
  return at(`${urlOf(STORAGE)}${namespace}/`);
}

/** A REST server for repositories in a namespace, `storage`; its data goes with its pod. With `valve` it can be held up: `setValve`. */
export async function restStorage(namespace: string, { valve = false, notOn }: { valve?: boolean; notOn?: string } = {}): Promise<Storage> {
  const labels = { app: NAME };
  await apply(
    namespace,
    { apiVersion: 'v1', kind: 'Service', metadata: { name: NAME }, spec: { selector: labels, ports: [{ port: PORT }] } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: NAME },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { ...podSpec(valve), ...(notOn === undefined ? {} : { affinity: awayFrom(notOn) }) } },
      },
    },
  );
  await waitFor(
    'the storage is ready',
    () => get('deployment', NAME, namespace),
    (one) => one?.status?.readyReplicas === 1,
    { seconds: 90 },
  );
  return at(urlOf(namespace));
}

/** Open; held: nothing new is stored until it is open again; away: nobody answers. */
export async function setValve(namespace: string, mode: 'open' | 'held' | 'away'): Promise<void> {
  await inValve(namespace, `fs.writeFileSync('/tmp/mode', '${mode}')`);
}

/** Waits until as many pods want to store something and cannot. */
export async function heldUp(namespace: string, pods = 1): Promise<void> {
  const read = () =>
    inValve(namespace, `process.stdout.write(String(fs.readdirSync('/tmp').filter((name) => name.startsWith('waits')).length))`);
  await waitFor('uploads are held up', read, (said) => Number(said) >= pods, { seconds: 90 });
}

async function inValve(namespace: string, script: string): Promise<string> {
  return kubectl(['exec', `deployment/${NAME}`, '--namespace', namespace, '--container', 'valve', '--', 'node', '-e', script]);
}

function at(url: string): Storage {
  return { url, backend: { rest: { url } } };
}

function urlOf(namespace: string): string {
  return `http://${NAME}.${namespace}.svc:${PORT}/`;
}

/** In front of the storage: what it does is in a file. */
const VALVE = `
const http = require('node:http'), fs = require('node:fs');
const mode = () => { try { return fs.readFileSync('/tmp/mode', 'utf8'); } catch { return 'open'; } };
const server = http.createServer((from, to) => {
  const pass = () => {
    const { method, url: path, headers } = from;
    const on = http.request({ host: '127.0.0.1', port: ${BEHIND}, method, path, headers }, (answer) => {
      to.writeHead(answer.statusCode, answer.headers);
      answer.pipe(to);
    });
    on.on('error', () => to.destroy());
    from.pipe(on);
  };
  const look = () => {
    if (to.destroyed) return;
    if (mode() === 'away') return from.destroy();
    if (mode() !== 'held' || from.method !== 'POST' || !from.url.includes('/data/')) return pass();
    fs.writeFileSync('/tmp/waits-' + from.socket.remoteAddress, '');
    setTimeout(look, 50);
  };
  look();
});
setInterval(() => mode() === 'away' && server.closeAllConnections(), 100);
server.listen(${PORT});
process.on('SIGTERM', () => process.exit(0));
`;

function awayFrom(node: string): object {
  const nodeSelectorTerms = [{ matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: [node] }] }];
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
}

function podSpec(valve: boolean): object {
  const port = valve ? BEHIND : PORT;
  const common = {
    image: process.env.STASH_IMAGE,
    imagePullPolicy: 'IfNotPresent',
    env: [{ name: 'HOME', value: '/tmp' }],
    securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
  const tmp = { name: 'tmp', mountPath: '/tmp' };
  const readinessProbe = { tcpSocket: { port: PORT }, periodSeconds: 1 };
  return {
    terminationGracePeriodSeconds: 1,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, fsGroup: 65532 },
    containers: [
      {
        ...common,
        name: NAME,
        command: ['rclone', 'serve', 'restic', '--addr', `:${port}`, '/data'],
        readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
        volumeMounts: [{ name: 'data', mountPath: '/data' }, tmp],
      },
      ...(valve ? [{ ...common, name: 'valve', command: ['node', '-e', VALVE], readinessProbe, volumeMounts: [tmp] }] : []),
    ],
    volumes: [
      { name: 'data', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
    ],
  };
}
