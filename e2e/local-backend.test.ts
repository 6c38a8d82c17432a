import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, claimOf, DATA, inside, sumsIn } from './harness/applications.ts';
import { askFor, configuration, inForce, inPlace, PASSWORD, snapshotsOf, succeeded, target } from './harness/backup.ts';
import { apply, get, kubectl, list } from './harness/kubectl.ts';
import { ownNamespace } from './harness/namespace.ts';
import { SYSTEM } from './harness/release.ts';
import { waitFor } from './harness/wait-for.ts';

const CLAIM = 'backups';
const PLACE = { mountPath: '/safe/data', subPath: 'shop', persistentVolumeClaim: { claimName: CLAIM } };
const SERVER = 'app.kubernetes.io/component=stash-local-backend';

test('a repository that lies on a volume is adopted, backed up to through its server, also while that is deleted, and restored from', async (t) => {
  const namespace = await ownNamespace(t);
  await apply(namespace, claimOf(CLAIM), plainPod());
  await kubectl(['wait', 'pod/plain', '--namespace', namespace, '--for=condition=Ready', '--timeout=90s']);
  const written = JSON.parse(await restic(namespace, 'init', '--json')) as { id: string };
  await apply(
    namespace,
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'storage' }, stringData: { RESTIC_PASSWORD: PASSWORD } },
    repository('repo', PLACE),
    repository('node', { mountPath: '/safe/data', hostPath: { path: '/var/lib' } }),
    repository('unbound', { mountPath: '/safe/data', persistentVolumeClaim: { claimName: 'absent' } }),
    application('Deployment', 'web', { size: 12_000_000 }),
    configuration('web', {
      // Slow enough to be met in the middle.
      target: target('Deployment', 'web', { paths: [DATA], args: ['--limit-upload', '1500'] }),
    }),
  );
  await inForce(namespace, 'web', 'deployment/web');
  const repo = await waitFor(
    'the Repository is Ready',
    () => get('repository', 'repo', namespace),
    (one) => one?.status?.phase === 'Ready',
  );
  assert.equal(repo?.status.repositoryID, written.id, 'the one that was there');

  await askFor(namespace, 'web', 'interrupted');
  await waitFor(
    'an upload is under way',
    () => packs(namespace),
    (count) => count > 0,
  );
  const [before] = await list('pods', namespace, SERVER);
  await kubectl(['delete', 'pod', before?.metadata.name ?? '', '--namespace', namespace, '--grace-period=1', '--wait=false']);
  const session = await succeeded(namespace, 'interrupted');
  const [after] = (await list('pods', namespace, SERVER)).filter(
    ({ metadata }) => metadata.labels?.['app.kubernetes.io/instance'] !== undefined,
  );
  assert.notEqual(after?.metadata.uid, before?.metadata.uid, 'it was interrupted');
  const stored = JSON.parse(await restic(namespace, 'snapshots', '--json')) as { id: string }[];
  assert.ok(
    stored.some(({ id }) => id === snapshotsOf(session)['host-0']),
    'it is on the volume, for plain restic too',
  );
  await restic(namespace, 'check', '--read-data');

  const sums = await sumsIn(namespace, 'deployment/web');
  await inside(namespace, 'deployment/web', `echo spoiled >${DATA}/random; rm ${DATA}/sub/host`);
  await apply(namespace, inPlace('back', target('Deployment', 'web', { rules: [{ paths: [DATA] }] })));
  await succeeded(namespace, 'back', { kind: 'restoresessions' });
  await kubectl(['rollout', 'status', 'deployment/web', '--namespace', namespace, '--timeout=120s']);
  assert.deepEqual(await sumsIn(namespace, 'deployment/web'), sums);

  for (const [name, code, said] of [
    ['node', 'BackendUnsupported', /localBackend\.allowHostPath/],
    ['unbound', 'StorageNotServed', /persistentvolumeclaim "absent" not found/],
  ] as const) {
    const one = await waitFor(
      `${name} is refused`,
      () => get('repository', name, namespace),
      (found) => found?.status?.phase === 'NotReady',
    );
    assert.deepEqual([one?.status.error.code, said.test(one?.status.error.message)], [code, true], one?.status.error.message);
  }
  assert.deepEqual(await statusCodes(namespace), { without: 401, wrong: 401 });
  await keepsSecrets(namespace);

  await kubectl(['delete', 'repository', 'repo', '--namespace', namespace, '--timeout=60s']);
  const instance = `app.kubernetes.io/instance=${before?.metadata.labels?.['app.kubernetes.io/instance']}`;
  await waitFor(
    'its server is gone',
    () => list('pods', namespace, instance),
    (left) => left.length === 0,
  );
  assert.ok((await restic(namespace, 'snapshots')).includes('host-0'), 'the data stays');
});

function repository(name: string, local: object): object {
  const spec = { backend: { storageSecretName: 'storage', local } };
  return { apiVersion: 'stash.appscode.com/v1alpha1', kind: 'Repository', metadata: { name }, spec };
}

/** Sees the volume as Stash's own sidecar did. */
function plainPod(): object {
  const env = { RESTIC_REPOSITORY: PLACE.mountPath, RESTIC_PASSWORD: PASSWORD, HOME: '/tmp' };
  const container = {
    name: 'app',
    image: process.env.STASH_IMAGE,
    imagePullPolicy: 'IfNotPresent',
    command: ['node', '-e', "process.on('SIGTERM', () => process.exit()); setInterval(() => undefined, 1e6)"],
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    volumeMounts: [{ name: 'backups', mountPath: PLACE.mountPath, subPath: PLACE.subPath }],
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'plain' },
    spec: {
      terminationGracePeriodSeconds: 1,
      securityContext: { runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532 },
      containers: [container],
      volumes: [{ name: 'backups', persistentVolumeClaim: { claimName: CLAIM } }],
    },
  };
}

function restic(namespace: string, ...args: string[]): Promise<string> {
  return kubectl(['exec', 'plain', '--namespace', namespace, '--', 'restic', '--no-cache', ...args]);
}

async function packs(namespace: string): Promise<number> {
  const script = `console.log(require('fs').readdirSync('${PLACE.mountPath}/data', {recursive: true}).filter((name) => name.length > 60).length)`;
  return Number(await kubectl(['exec', 'plain', '--namespace', namespace, '--', 'node', '-e', script]));
}

/** What somebody in the cluster is answered who does not have the password. */
async function statusCodes(namespace: string): Promise<unknown> {
  const { location } = (await get('repository', 'repo', namespace))?.status ?? {};
  const script = `
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    const url = '${location.replace(/^rest:/, '')}config';
    const status = async (headers) => (await fetch(url, { headers })).status;
    Promise.all([status({}), status({ authorization: 'Basic ' + btoa('stash:wrong') })]).then(([without, wrong]) => console.log(JSON.stringify({ without, wrong })));`;
  return JSON.parse(await kubectl(['exec', 'plain', '--namespace', namespace, '--', 'node', '--no-warnings', '-e', script]));
}

/** The password and the key are in the Secret, and nowhere that anybody else may look. */
async function keepsSecrets(namespace: string): Promise<void> {
  const secrets = (await list('secrets', namespace)).filter(({ metadata }) => metadata.name.startsWith('stash-local-'));
  const values = secrets.flatMap(({ data }) => [data.password, data['tls.key']]).map((value) => Buffer.from(value, 'base64').toString());
  assert.ok(values.length >= 2);
  const kinds = 'repositories,backupsessions,restoresessions,backupconfigurations,deployments,services,pods,events,configmaps';
  const places = await Promise.all([
    kubectl(['get', kinds, '--namespace', namespace, '-o', 'json']),
    kubectl(['logs', '--namespace', namespace, '--selector', SERVER, '--all-containers', '--tail=-1', '--ignore-errors']),
    kubectl(['logs', '--namespace', namespace, 'deployment/web', '--container', 'stash', '--tail=-1']),
    kubectl(['logs', '--namespace', SYSTEM, '--selector', 'app.kubernetes.io/component=stash-operator', '--tail=-1']),
  ]);
  const lines = values.flatMap((value) => value.split('\n')).filter((line) => line.length > 40 && !line.startsWith('-----'));
  for (const text of places) for (const line of lines) assert.ok(!text.includes(line));
}
