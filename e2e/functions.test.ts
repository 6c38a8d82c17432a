import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { application, claimOf, sumsIn } from './harness/applications.ts';
import { askFor, configuration, ended, inForce, inPlace, PASSWORD, repository, snapshotsOf, succeeded, target } from './harness/backup.ts';
import { apply, kubectl } from './harness/kubectl.ts';
import { ownNamespace } from './harness/namespace.ts';
import { readRepository } from './harness/snapshots.ts';
import { sharedStorage } from './harness/storage.ts';

/** Neither the operator's nor that of the applications' containers: it has tar, and no agent. */
const FUNCTION_IMAGE = process.env.STASH_E2E_SHELL_IMAGE ?? 'debian:bookworm-slim';
const GROUP = 'stash.appscode.com/v1beta1';

test('a Function runs in its own image with a variable from a Secret: of a claim in a Job, of a Deployment in a sidecar and its gate', async (t) => {
  const namespace = await ownNamespace(t);
  const tar: CatalogObject = { kind: 'Function', name: `tar-${namespace}`, spec: tarFunction() };
  await ownCatalog(t, namespace, tar);
  const task = (data: string) => ({ name: tar.name, params: [{ name: 'data', value: data }] });
  await repository(namespace, sharedStorage(namespace));
  await apply(
    namespace,
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login' }, stringData: { password: 'of the function' } },
    claimOf('documents'),
    claimOf('copy'),
    application('Deployment', 'writer', { claim: 'documents' }),
    application('Deployment', 'web'),
    configuration('documents', { target: target('PersistentVolumeClaim', 'documents', { alias: 'documents' }), task: task('/stash-data') }),
    configuration('web', {
      target: target('Deployment', 'web', { alias: 'web', paths: ['/data'] }),
      task: task('/data'),
      tempDir: { sizeLimit: '64Mi' },
    }),
  );
  await Promise.all([inForce(namespace, 'documents'), inForce(namespace, 'web', 'deployment/web'), rolledOut(namespace, 'writer')]);
  const before = await sumsIn(namespace, 'deployment/web');
  await Promise.all([
    succeeded(namespace, await askFor(namespace, 'documents', 'documents-now')),
    succeeded(namespace, await askFor(namespace, 'web', 'web-now')),
  ]);
  await apply(
    namespace,
    inPlace('elsewhere', target('PersistentVolumeClaim', 'copy', { alias: 'copy', rules: [{ sourceHost: 'documents' }] }), {
      task: task('/stash-data'),
    }),
    inPlace('back', target('Deployment', 'web', { alias: 'web' }), { task: task('/data') }),
  );
  await Promise.all(['elsewhere', 'back'].map((name) => succeeded(namespace, name, { kind: 'restoresessions' })));
  await apply(namespace, application('Deployment', 'reader', { claim: 'copy' }));
  await Promise.all(['reader', 'web'].map((name) => rolledOut(namespace, name)));
  assert.deepEqual(await sumsIn(namespace, 'deployment/reader'), await sumsIn(namespace, 'deployment/writer'));
  // Its volume went with the pod that was restored: what is there now came out of the repository.
  assert.deepEqual(await sumsIn(namespace, 'deployment/web'), before);
});

test('a Task as it was written for Stash backs up and restores; what it tells is looked up, and a failed step is told with its exit code', async (t) => {
  const namespace = await ownNamespace(t);
  const storage = sharedStorage(namespace);
  const dump = `dump-${namespace}`;
  const back = `back-${namespace}`;
  await ownCatalog(
    t,
    namespace,
    { kind: 'Function', name: dump, spec: stashFunction('backup') },
    { kind: 'Function', name: back, spec: stashFunction('restore') },
    { kind: 'Task', name: dump, spec: stashTask(dump) },
    { kind: 'Task', name: back, spec: stashTask(back) },
  );
  await repository(namespace, storage);
  await apply(namespace, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'storage' },
    stringData: { ...LOGIN, RESTIC_PASSWORD: PASSWORD },
  });
  const claim = target('PersistentVolumeClaim', 'documents', { alias: 'documents' });
  await apply(
    namespace,
    claimOf('documents'),
    claimOf('copy'),
    application('Deployment', 'writer', { claim: 'documents' }),
    configuration('documents', { target: claim, task: { name: dump } }),
    configuration('failing', { target: { ...claim, alias: 'failing' }, task: { name: dump, params: [{ name: 'mode', value: 'fail' }] } }),
    configuration('lying', { target: { ...claim, alias: 'lying' }, task: { name: dump, params: [{ name: 'mode', value: 'lie' }] } }),
    configuration('deputy', {
      target: { ...claim, alias: 'deputy' },
      task: { name: dump, params: [{ name: 'REPOSITORY_SECRET_NAME', value: 'x' }] },
    }),
  );
  await Promise.all([
    inForce(namespace, 'documents'),
    inForce(namespace, 'failing'),
    inForce(namespace, 'lying'),
    rolledOut(namespace, 'writer'),
  ]);
  const [session, failed, lied] = await Promise.all([
    succeeded(namespace, await askFor(namespace, 'documents', 'documents-now')),
    ended(namespace, await askFor(namespace, 'failing', 'failing-now')),
    askFor(namespace, 'lying', 'lying-now').then((name) => ended(namespace, name)),
  ]);
  const { snapshots } = await readRepository(namespace, storage.url);
  assert.deepEqual(
    snapshots.map(({ id, hostname }) => ({ id, hostname })),
    [{ id: snapshotsOf(session).documents, hostname: 'documents' }],
  );
  const [stats] = session.status.targets[0].stats[0].snapshots;
  assert.equal(stats.fileStats.totalFiles, 3);
  assert.match(stats.totalSize, /KiB$/);
  assert.equal(failed.status.phase, 'Failed');
  const said = JSON.stringify(failed.status);
  assert.match(said, /step dump-[a-z0-9-]+ ended with exit code 3: cannot log in with \*\*\*/);
  assert.match(JSON.stringify(lied.status), /has no snapshot \\"00000000\\" of host lying/);
  const refused = await kubectl([
    'get',
    'backupconfigurations.stash.appscode.com',
    'deputy',
    '--namespace',
    namespace,
    '-o',
    'jsonpath={.status}',
  ]);
  assert.match(refused, /\\"REPOSITORY_SECRET_NAME\\" is set by Stash itself/);
  await apply(
    namespace,
    inPlace('elsewhere', target('PersistentVolumeClaim', 'copy', { alias: 'copy', rules: [{ sourceHost: 'documents' }] }), {
      task: { name: back },
    }),
  );
  await succeeded(namespace, 'elsewhere', { kind: 'restoresessions' });
  await apply(namespace, application('Deployment', 'reader', { claim: 'copy' }));
  await rolledOut(namespace, 'reader');
  assert.deepEqual(await sumsIn(namespace, 'deployment/reader'), await sumsIn(namespace, 'deployment/writer'));
});

function tarFunction(): object {
  const script = `
set -eu
test -e /etc/debian_version
test "$LOGIN" = "of the function"
test -z "\${STASH_TOKEN_FILE:-}"
case "$STASH_OPERATION" in
  Full) tar -C "$STASH_PARAM_DATA" -cf "$STASH_STAGE/data.tar" . ;;
  Restore) tar -C "$STASH_PARAM_DATA" -xf "$STASH_SOURCE/full/data.tar" ;;
esac`;
  return {
    image: FUNCTION_IMAGE,
    command: ['/bin/sh', '-c'],
    args: [script],
    env: [{ name: 'LOGIN', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } }],
    params: [{ name: 'data', required: true }],
    supports: ['Full', 'Restore'],
  };
}

/** The storage asks for none; it is in the Secret all the same. */
const LOGIN = { REST_SERVER_USERNAME: 'stash', REST_SERVER_PASSWORD: 'not to be seen' };

/** What Stash's own programs did, with an image that has restic and something to run a script. */
const PROGRAM = `
const { execFileSync } = require('node:child_process'), fs = require('node:fs');
const [command, ...options] = process.argv.slice(1);
const given = Object.fromEntries(options.map((one) => one.slice(2).split(/=(.*)/s)));
if (fs.existsSync('/var/run/secrets/kubernetes.io/serviceaccount')) throw new Error('a token of the API server');
const password = fs.readFileSync('/etc/repository/secret/RESTIC_PASSWORD', 'utf8');
if (given.mode === 'fail') { console.error('cannot log in with ' + process.env.REST_SERVER_PASSWORD); process.exit(3); }
const env = { ...process.env, HOME: '/tmp', RESTIC_PASSWORD: password, RESTIC_REPOSITORY: given.provider + ':' + given.endpoint };
const restic = (...args) => execFileSync('restic', args, { env }).toString();
const tell = (output) => { fs.mkdirSync(given['output-dir'], { recursive: true }); fs.writeFileSync(given['output-dir'] + '/output.json', JSON.stringify(output)); };
const host = { hostname: given.hostname, phase: 'Succeeded' };
if (command === 'backup' && given.mode === 'lie') tell({ backupTargetStatus: { stats: [{ ...host, snapshots: [{ name: '00000000' }] }] } });
else if (command === 'backup') {
  const summary = restic('backup', '--json', '--host', given.hostname, ...given.paths.split(',')).trim().split('\\n').map(JSON.parse).at(-1);
  const fileStats = { totalFiles: summary.total_files_processed, newFiles: summary.files_new };
  tell({ backupTargetStatus: { stats: [{ ...host, snapshots: [{ name: summary.snapshot_id.slice(0, 8), path: given.paths, fileStats }] }] } });
} else {
  restic('restore', given.snapshots, '--target', '/', '--host', given['source-hostname']);
  tell({ restoreTargetStatus: { stats: [host] } });
}`;

function stashFunction(command: 'backup' | 'restore'): object {
  return {
    image: process.env.STASH_IMAGE,
    command: ['node', '-e', PROGRAM],
    args: [
      '--',
      command,
      '--provider=${REPOSITORY_PROVIDER:=}',
      '--endpoint=${REPOSITORY_ENDPOINT:=}',
      '--hostname=${HOSTNAME:=}',
      '--source-hostname=${SOURCE_HOSTNAME:=}',
      '--paths=${TARGET_PATHS:=}',
      '--snapshots=${RESTORE_SNAPSHOTS:=}',
      '--mode=${mode:=}',
      '--output-dir=${outputDir:=}',
    ],
    volumeMounts: [{ name: '${secretVolume}', mountPath: '/etc/repository/secret' }],
  };
}

function stashTask(name: string): object {
  const outputDir = { name: 'outputDir', value: '/stash-tmp/output' };
  return {
    steps: [
      { name, params: [outputDir, { name: 'secretVolume', value: 'secret-volume' }] },
      { name: 'update-status', params: [outputDir] },
    ],
    volumes: [{ name: 'secret-volume', secret: { secretName: '${REPOSITORY_SECRET_NAME}' } }],
  };
}

interface CatalogObject {
  kind: 'Function' | 'Task';
  name: string;
  spec: object;
}

/** Functions and Tasks belong to the cluster: they go with the test. */
async function ownCatalog(t: TestContext, namespace: string, ...objects: CatalogObject[]): Promise<void> {
  t.after(async () => {
    for (const { kind, name } of objects)
      await kubectl(['delete', `${kind.toLowerCase()}s.stash.appscode.com`, name, '--ignore-not-found']);
  });
  await apply(namespace, ...objects.map(({ kind, name, spec }) => ({ apiVersion: GROUP, kind, metadata: { name }, spec })));
}

async function rolledOut(namespace: string, name: string): Promise<void> {
  await kubectl(['rollout', 'status', `deployment/${name}`, '--namespace', namespace, '--timeout=90s']);
}
