import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apply, applyAs, get, kubectl, list } from '../harness/kubectl.ts';
import { ownNamespace, reportFailure } from '../harness/namespace.ts';
import { deployChart, leader, SYSTEM } from '../harness/release.ts';
import { restStorage, STORAGE } from '../harness/storage.ts';
import { waitFor } from '../harness/wait-for.ts';

test('the chart installs, two operators become ready, and the definitions are there', async (t) => {
  reportFailure(t, SYSTEM);
  await deployChart('replicas=2', 'hooks.exec.enabled=true');
  const pods = await list('pods', SYSTEM, 'app.kubernetes.io/component=stash-operator');
  assert.equal(pods.length, 2);
  assert.equal(new Set(pods.map(({ spec }) => spec.nodeName)).size, Math.min(2, (await list('nodes')).length), 'spread over the nodes');
  for (const { status } of pods) assert.equal(status.containerStatuses[0].restartCount, 0);
  const definition = await get('customresourcedefinition', 'backupconfigurations.stash.appscode.com');
  assert.equal(definition?.metadata.annotations?.['helm.sh/resource-policy'], 'keep');
});

test('one of them leads', async (t) => {
  reportFailure(t, SYSTEM);
  const pods = (await list('pods', SYSTEM, 'app.kubernetes.io/component=stash-operator')).map(({ metadata }) => metadata.name);
  // A lease that nobody gave back has to run out first.
  await waitFor('an operator leads', leader, (name) => pods.includes(name), { seconds: 40 });
});

test('the operator has brought its Functions', async () => {
  const found = await waitFor(
    'the Functions are there',
    () => list('functions.stash.appscode.com'),
    (all) => all.length > 0,
  );
  const brought = found.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/managed-by'] === 'stash.appscode.com');
  const names = brought.map(({ metadata }) => metadata.name);
  for (const name of ['files', 'mariadb-physical', 'pvc-backup']) assert.ok(names.includes(name), `${name} in ${names}`);
});

test('a storage for all tests is there', async () => {
  await apply('default', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: STORAGE } });
  await restStorage(STORAGE);
});

test('the operator may do what it must, and agents nothing', async () => {
  const operator = await rightsOf('stash-operator');
  for (const [verb, what, allowed] of OPERATOR_RIGHTS) assert.equal(await operator(verb, what), allowed, `${verb} ${what}`);
  const agent = await rightsOf('stash-agent');
  for (const [verb, what] of OPERATOR_RIGHTS) assert.equal(await agent(verb, what), false, `agent: ${verb} ${what}`);
});

test('of ConfigMaps the operator writes that one alone by which agents know it', async (t) => {
  const namespace = await ownNamespace(t);
  const write = (name: string) =>
    applyAs(OPERATOR, namespace, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } });
  await write('stash-agent-ca');
  await write('stash-agent-ca');
  await assert.rejects(write('another'), /cannot patch resource "configmaps"/);
});

const OPERATOR = `system:serviceaccount:${SYSTEM}:stash-operator`;

const OPERATOR_RIGHTS: [verb: string, what: string, allowed: boolean][] = [
  ['update', 'backupsessions.stash.appscode.com/status', true],
  ['get', 'secrets', true],
  ['list', 'secrets', false],
  ['create', 'secrets', true],
  ['patch', 'secrets', false],
  ['update', 'secrets', false],
  ['delete', 'secrets', false],
  ['patch', 'services', false],
  ['patch', 'statefulsets.apps', true],
  ['delete', 'statefulsets.apps', false],
  ['create', 'pods', false],
  ['create', 'pods/exec', true],
  ['create', 'clusterrolebindings.rbac.authorization.k8s.io', false],
  ['impersonate', 'users', false],
];

async function rightsOf(account: string): Promise<(verb: string, what: string) => Promise<boolean>> {
  const user = `system:serviceaccount:${SYSTEM}:${account}`;
  return async (verb, what) => {
    const [resource = '', sub] = what.split('/');
    const args = [verb, resource, ...(sub === undefined ? [] : [`--subresource=${sub}`]), `--as=${user}`, '--all-namespaces'];
    // kubectl says "no" and ends with 1.
    return kubectl(['auth', 'can-i', ...args]).then(
      (answer) => answer.trim() === 'yes',
      () => false,
    );
  };
}
