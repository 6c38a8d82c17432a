import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { stringify } from 'yaml';
import { isCode } from '../../errors/error.ts';
import { testClock } from '../../runtime/test-clock.ts';
import { inClusterCredentials } from './in-cluster.ts';
import { kubeconfigCredentials } from './kubeconfig.ts';

const directory = mkdtempSync(join(tmpdir(), 'stash-credentials-'));
after(() => rmSync(directory, { recursive: true }));

const CLUSTERS = [
  { name: 'one', cluster: { server: 'https://one.example:6443/', 'certificate-authority-data': btoa('CA'), 'tls-server-name': 'inner' } },
  { name: 'plain', cluster: { server: 'http://127.0.0.1:8001' } },
  {
    name: 'proxied',
    cluster: { server: 'https://two.example', 'proxy-url': 'http://proxy.example:3128', 'insecure-skip-tls-verify': true },
  },
];
const context = (name: string, cluster: string, user: string, namespace?: string) => ({ name, context: { cluster, user, namespace } });

function kubeconfig(name: string, parts: { contexts: object[]; users: object[]; current?: string }): string {
  const file = join(directory, name);
  const { contexts, users, current } = parts;
  writeFileSync(
    file,
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: CLUSTERS,
      contexts,
      users,
      ...(current === undefined ? {} : { 'current-context': current }),
    }),
  );
  return file;
}

test('certificates, CA, server name and namespace come from the context', async () => {
  const user = { 'client-certificate-data': btoa('CERT'), 'client-key-data': btoa('KEY') };
  const file = kubeconfig('certificates', { contexts: [context('c', 'one', 'u', 'team')], users: [{ name: 'u', user }], current: 'c' });
  const credentials = await kubeconfigCredentials({ files: [file] });
  assert.equal(credentials.server, 'https://one.example:6443');
  assert.equal(credentials.namespace, 'team');
  const { headers, tls } = await credentials.current();
  assert.deepEqual(headers, {});
  assert.deepEqual(
    { ...tls, ca: String(tls.ca), cert: String(tls.cert), key: String(tls.key) },
    { ca: 'CA', cert: 'CERT', key: 'KEY', servername: 'inner' },
  );
});

test('a token, a file with one, and a user with a password are sent as they should be', async () => {
  mkdirSync(join(directory, 'tokens'));
  writeFileSync(join(directory, 'tokens/token'), 'from-file\n');
  const file = kubeconfig('tokens.yaml', {
    contexts: ['token', 'file', 'password'].map((name) => context(name, 'plain', name)),
    users: [
      { name: 'token', user: { token: 'given' } },
      { name: 'file', user: { tokenFile: 'tokens/token' } },
      { name: 'password', user: { username: 'u', password: 'p' } },
    ],
  });
  const header = async (name: string) =>
    (await (await kubeconfigCredentials({ files: [file], context: name })).current()).headers.authorization;
  assert.equal(await header('token'), 'Bearer given');
  assert.equal(await header('file'), 'Bearer from-file');
  assert.equal(await header('password'), `Basic ${btoa('u:p')}`);
});

test('an exec plugin is asked once, learns what the contract promises it, and is asked again after a refusal', async () => {
  const plugin = join(directory, 'plugin');
  const count = join(directory, 'count');
  writeFileSync(
    plugin,
    `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >> ${count}\necho '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'$WHO'"}}'\n`,
  );
  chmodSync(plugin, 0o755);
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: plugin,
    env: [{ name: 'WHO', value: 'me' }],
    interactiveMode: 'Never',
  };
  const file = kubeconfig('exec', { contexts: [context('c', 'proxied', 'u')], users: [{ name: 'u', user: { exec } }], current: 'c' });
  const credentials = await kubeconfigCredentials({ files: [file] });
  assert.equal(credentials.proxy, 'http://proxy.example:3128');
  for (let n = 0; n < 3; n++) {
    const { headers, tls } = await credentials.current();
    assert.equal(headers.authorization, 'Bearer me');
    assert.equal(tls.rejectUnauthorized, false);
  }
  credentials.renew();
  await credentials.current();
  const told = readFileSync(count, 'utf8').trim().split('\n');
  assert.deepEqual(
    told.map((line) => JSON.parse(line)),
    Array(2).fill({ apiVersion: exec.apiVersion, kind: 'ExecCredential', spec: { interactive: false } }),
  );
});

test('an exec plugin that fails is named with what it said', async () => {
  const exec = { command: 'sh', args: ['-c', 'echo "log in first" >&2; exit 1'] };
  const file = kubeconfig('failing', { contexts: [context('c', 'one', 'anna')], users: [{ name: 'anna', user: { exec } }], current: 'c' });
  const credentials = await kubeconfigCredentials({ files: [file] });
  await assert.rejects(
    credentials.current(),
    (error) => isCode(error, 'StoreUnavailable') && /user anna could not be had: log in first/.test(error.message),
  );
});

test('of several files the first that has a name counts, as for kubectl', async () => {
  const first = kubeconfig('first', {
    contexts: [context('same', 'one', 'u', 'of-first')],
    users: [{ name: 'u', user: { token: 'first' } }],
  });
  const second = kubeconfig('second', {
    contexts: [context('same', 'one', 'u', 'of-second'), context('other', 'one', 'u')],
    users: [{ name: 'u', user: { token: 'second' } }],
    current: 'same',
  });
  const credentials = await kubeconfigCredentials({ files: [first, second] });
  assert.equal(credentials.namespace, 'of-first');
  assert.equal((await credentials.current()).headers.authorization, 'Bearer first');
  assert.equal((await kubeconfigCredentials({ files: [first, second], context: 'other' })).namespace, 'default');
});

for (const { name, options, says } of [
  { name: 'no file', options: { files: [join(directory, 'none')] }, says: /ENOENT/ },
  {
    name: 'no such context',
    options: { files: [kubeconfig('x', { contexts: [], users: [] })], context: 'nowhere' },
    says: /no context "nowhere"/,
  },
]) {
  test(`a kubeconfig with ${name} is StoreUnavailable, with what to try`, async () => {
    await assert.rejects(
      kubeconfigCredentials(options),
      (error) => isCode(error, 'StoreUnavailable') && says.test(error.message) && /kubectl/.test(error.remedy),
    );
  });
}

test("a pod's token is read again after half a minute, and at once when it was refused", async () => {
  const folder = join(directory, 'pod');
  mkdirSync(folder);
  for (const [name, text] of Object.entries({ token: 'first\n', 'ca.crt': 'CA', namespace: 'stash' }))
    writeFileSync(join(folder, name), text);
  const clock = testClock();
  const credentials = await inClusterCredentials({ host: 'fd00::1', port: '443', folder, clock });
  const token = async () => (await credentials.current()).headers.authorization;
  assert.equal(credentials.server, 'https://[fd00::1]:443');
  assert.equal(credentials.namespace, 'stash');
  assert.equal(await token(), 'Bearer first');
  writeFileSync(join(folder, 'token'), 'second');
  assert.equal(await token(), 'Bearer first');
  await clock.advance(31_000);
  assert.equal(await token(), 'Bearer second');
  writeFileSync(join(folder, 'token'), 'third');
  credentials.renew();
  assert.equal(await token(), 'Bearer third');
  assert.equal((await credentials.current()).tls.ca, 'CA');
});

test('a pod without a ServiceAccount token is told how to get one', async () => {
  await assert.rejects(
    inClusterCredentials({ host: 'h', port: '1', folder: join(directory, 'nothing'), clock: testClock() }),
    (error) => isCode(error, 'StoreUnavailable') && /automountServiceAccountToken/.test(error.remedy),
  );
});
