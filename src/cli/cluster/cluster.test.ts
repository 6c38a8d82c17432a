import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stringify } from 'yaml';
import { noCluster, type TestCluster, testCluster } from '../../store/kubernetes/testing/cluster.ts';
import { type CliProcess, cliProcess } from '../testing/cli-process.ts';

// What an operator does is tested in e2e/kubectl-stash.test.ts.
const skip = noCluster ?? false;
let stash: CliProcess;
let cluster: TestCluster;
let namespace: string;

before(async () => {
  if (skip) return;
  stash = await cliProcess();
  cluster = await testCluster();
  namespace = await cluster.newNamespace();
});
after(async () => {
  if (skip) return;
  await stash.dispose();
  await cluster.close();
});

const run = (args: string[], { stdin = '', env = {} }: { stdin?: string; env?: Record<string, string> } = {}) =>
  stash.run(['-n', namespace, ...args], { stdin, env: { KUBECONFIG: process.env.KUBECONFIG ?? '', STASH_CLUSTER: '1', ...env } });

// No operator acts on what names a repository that is not there.
const CONFIGURATION = {
  apiVersion: 'stash.appscode.com/v1beta1',
  kind: 'BackupConfiguration',
  metadata: { name: 'web' },
  spec: {
    repository: { name: 'nowhere' },
    schedule: '0 1 * * *',
    target: {
      ref: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      volumeMounts: [{ name: 'data', mountPath: '/srv' }],
      paths: ['/srv'],
    },
    retentionPolicy: { name: 'keep', keepLast: 5, prune: true },
  },
};
const WEB = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        securityContext: { runAsUser: 1000 },
        containers: [{ name: 'web', image: 'web:1', volumeMounts: [{ name: 'data', mountPath: '/srv' }] }],
        volumes: [{ name: 'data', emptyDir: {} }],
      },
    },
  },
};
const text = (...objects: object[]) => objects.map((one) => stringify(one)).join('---\n');

test('apply takes any kind, tries everything first and says what became of each', { skip }, async () => {
  const both = text(WEB, CONFIGURATION);
  const dry = await run(['apply', '--dry-run', '-f', '-'], { stdin: both });
  assert.match(
    dry.stdout,
    /^deployment.apps\/web created \(dry run\)\nbackupconfiguration.stash.appscode.com\/web created \(dry run\)\n$/,
    dry.stderr,
  );
  const wrong = text({ ...CONFIGURATION, spec: { ...CONFIGURATION.spec, schedule: 'often' } }, WEB);
  assert.deepEqual(await run(['apply', '-f', '-'], { stdin: wrong }).then(({ code, stdout }) => ({ code, stdout })), {
    code: 4,
    stdout: '',
  });
  const unknown = await run(['apply', '-f', '-'], {
    stdin: text(WEB, { ...WEB, metadata: { name: 'two' }, spec: { ...WEB.spec, replica: 1 } }),
  });
  assert.equal(unknown.code, 4);
  assert.match(unknown.stderr, /stdin:\d+: Deployment\/two: .*replica/);
  assert.match((await run(['get', 'bc'])).stderr, /nothing found/);

  assert.match((await run(['apply', '-f', '-'], { stdin: both })).stdout, /web created\n.*web created\n/);
  const again = { ...CONFIGURATION, spec: { ...CONFIGURATION.spec, schedule: '0 2 * * *' } };
  const changed = await run(['apply', '-f', '-'], { stdin: text(WEB, again) });
  assert.match(changed.stdout, /deployment.apps\/web unchanged\nbackupconfiguration.stash.appscode.com\/web configured\n/, changed.stderr);
});

test('what "stash pause" has set is ours to change; what others have set is a conflict until it is taken over', { skip }, async () => {
  assert.equal((await run(['pause', 'web'])).stdout, 'backupconfiguration.stash.appscode.com/web paused\n');
  const resumed = { ...CONFIGURATION, spec: { ...CONFIGURATION.spec, paused: false } };
  const applied = await run(['apply', '-f', '-'], { stdin: text(resumed) });
  assert.match(applied.stdout, /configured/, applied.stderr);
  await cluster.connection.send({
    what: 'change it as somebody else',
    method: 'PATCH',
    path: `/apis/stash.appscode.com/v1beta1/namespaces/${namespace}/backupconfigurations/web`,
    query: { fieldManager: 'somebody' },
    contentType: 'application/merge-patch+json',
    body: { spec: { schedule: '0 5 * * *' } },
  });
  const refused = await run(['apply', '-f', '-'], { stdin: text(resumed) });
  assert.equal(refused.code, 8, refused.stderr);
  assert.match(refused.stderr, /somebody.*\n?.*schedule[\s\S]*--force-conflicts/);
  assert.match((await run(['apply', '--force-conflicts', '-f', '-'], { stdin: text(resumed) })).stdout, /configured/);
});

test('objects are listed, described and watched; a namespace is that of the context when none is given', { skip }, async () => {
  const [named, yaml, described] = await Promise.all([
    run(['get', 'bc', '-o', 'name']),
    run(['get', 'bc/web', '-o', 'json']),
    run(['describe', 'bc', 'web']),
  ]);
  assert.equal(named.stdout, 'backupconfiguration.stash.appscode.com/web\n');
  assert.equal(JSON.parse(yaml.stdout).metadata.namespace, namespace);
  assert.match(described.stdout, /Target: +Deployment\/web/);
  const missing = await run(['get', 'bc', 'wep']);
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /did you mean "web"/);
});

test('nothing is started to be waited for where no operator leads', { skip }, async () => {
  const elsewhere = ['--operator-namespace', namespace];
  const backup = await run(['backup', 'web', '--wait', ...elsewhere]);
  assert.equal(backup.code, 6);
  assert.match(backup.stderr, /none leads: there is no Lease .*\/stash-operator/);
  assert.match((await run(['get', 'backupsessions'])).stderr, /nothing found/);
});

test('inject prints the sidecar that the configuration asks for, and the other documents as they are', { skip }, async () => {
  const printed = await run(['inject', '--image', 'stash:1', '-o', 'json', '-f', '-'], {
    stdin: text(WEB, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }),
  });
  assert.equal(printed.code, 0, printed.stderr);
  const [web, map] = JSON.parse(printed.stdout).items;
  const names = web.spec.template.spec.initContainers.map(({ name }: { name: string }) => name);
  assert.deepEqual(names, ['stash-install', 'stash-gate', 'stash']);
  assert.equal(map.kind, 'ConfigMap');
  const none = await run(['inject', '--image', 'stash:1', '-f', '-'], { stdin: text({ ...WEB, metadata: { name: 'other' } }) });
  assert.equal(none.code, 2);
});

test('an account without rights is told which right is missing, and doctor lists them', { skip }, async () => {
  const kubeconfig = await kubeconfigOf('nobody');
  const as = { env: { KUBECONFIG: kubeconfig } };
  const [get, watch, doctor] = await Promise.all([
    run(['get', 'bc'], as),
    run(['get', 'bc', '--watch'], as),
    run(['doctor', '-o', 'json'], as),
  ]);
  for (const refused of [get, watch]) {
    assert.equal(refused.code, 5, refused.stderr);
    assert.match(refused.stderr, /cannot list resource "backupconfigurations"/);
  }
  const checks: { name: string; result: string; found: string }[] = JSON.parse(doctor.stdout).checks;
  const right = checks.find(({ name }) => name === 'rights: snapshots');
  assert.deepEqual([right?.result, right?.found], ['optional', `not allowed in namespace ${namespace}: get secrets`]);
  assert.equal(checks.find(({ name }) => name === 'API server')?.result, 'ok');
});

test('a disk of the cluster cannot be read from here', { skip }, async () => {
  const repository = {
    apiVersion: 'stash.appscode.com/v1alpha1',
    kind: 'Repository',
    metadata: { name: 'disk' },
    spec: { backend: { local: { mountPath: '/safe', hostPath: { path: '/safe' } }, storageSecretName: 'none' } },
  };
  assert.match((await run(['apply', '-f', '-'], { stdin: text(repository) })).stdout, /disk created/);
  const refused = await run(['snapshots', 'disk']);
  assert.equal(refused.code, 4);
  assert.match(refused.stderr, /BackendUnsupported/);
});

test('delete takes files with any kind; what is not there is no error when asked so', { skip }, async () => {
  const files = ['delete', '--no-wait', '-f', '-'];
  const deleted = await run(files, { stdin: text(WEB, CONFIGURATION) });
  assert.equal(deleted.stdout, 'backupconfiguration.stash.appscode.com/web deleted\ndeployment.apps/web deleted\n', deleted.stderr);
  assert.equal((await run([...files, '--ignore-not-found'], { stdin: text(WEB) })).code, 0);
  assert.equal((await run(files, { stdin: text(WEB) })).code, 3);
});

test('a server that does not answer is exit code 6, also for a watch', { skip }, async () => {
  const file = join(stash.dir, 'away');
  await writeFile(file, stringify(kubeconfigFor('https://127.0.0.1:1', {})));
  for (const args of [['get', 'bc'], ['get', 'bc', '-w'], ['doctor']]) {
    const { code } = await run(args, { env: { KUBECONFIG: file } });
    assert.equal(code, args[0] === 'doctor' ? 1 : 6);
  }
});

/** A service account of the namespace without any right. */
async function kubeconfigOf(account: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  const { connection, credentials } = cluster;
  await connection.send({
    what: 'create it',
    method: 'POST',
    path,
    body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account } },
  });
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const answer = await connection.send<{ status: { token: string } }>({
    what: 'get a token',
    method: 'POST',
    path: `${path}/${account}/token`,
    body,
  });
  const { tls } = await credentials.current();
  const ca = Buffer.from(String(tls.ca)).toString('base64');
  const file = join(stash.dir, account);
  await writeFile(file, stringify(kubeconfigFor(credentials.server, { ca, token: answer.body.status.token })));
  return file;
}

function kubeconfigFor(server: string, { ca, token = 'none' }: { ca?: string; token?: string }): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'one',
    clusters: [{ name: 'one', cluster: { server, ...(ca === undefined ? {} : { 'certificate-authority-data': ca }) } }],
    users: [{ name: 'one', user: { token } }],
    contexts: [{ name: 'one', context: { cluster: 'one', user: 'one', namespace } }],
  };
}
