import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostWork, RestoreWork, StashRun, TargetKey } from '../../controllers/platform-port.ts';
import { StashError } from '../../errors/error.ts';
import type { ApiRequest, Connection } from '../../store/kubernetes/connection.ts';
import { parseAgentKey } from './agent-key.ts';
import { clusterPlatform } from './platform.ts';
import { SETTINGS as settings } from './testing/settings.ts';

const target = (kind: string, name: string): TargetKey => ({ kind, namespace: 'shop', name });
const work = (of: TargetKey, more: Partial<HostWork> = {}): HostWork => ({
  target: of,
  host: 'host-0',
  direction: 'backup',
  spec: undefined,
  runtimeSettings: undefined,
  ...more,
});

const pod = (name: string, ready = true) => ({
  metadata: { namespace: 'shop', name, labels: { 'stash.appscode.com/agent': 'true' }, annotations: { 'stash.appscode.com/sidecar': 'h' } },
  spec: { nodeName: 'n1' },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});
const workload = (more: object = {}) => ({
  spec: {
    selector: { matchLabels: { app: 'x' } },
    template: { metadata: { annotations: { 'stash.appscode.com/sidecar': 'h' } } },
    ...more,
  },
});

const hosts: [name: string, of: TargetKey, alias: string | undefined, wanted: object][] = [
  ['a StatefulSet has as many as it should, whatever runs', target('StatefulSet', 'db'), undefined, { hosts: ['host-0', 'host-1'] }],
  ['its alias goes before', target('StatefulSet', 'db'), 'orders', { hosts: ['orders-0', 'orders-1'] }],
  ['a Deployment has one', target('Deployment', 'web'), undefined, { hosts: ['host-0'] }],
  ['a DaemonSet has one a node', target('DaemonSet', 'log'), undefined, { hosts: ['n1'] }],
  ['a claim has one', target('PersistentVolumeClaim', 'files'), undefined, { hosts: ['host-0'] }],
  ['or its alias', target('PersistentVolumeClaim', 'files'), 'files', { hosts: ['files'] }],
  ['an application has one', target('AppBinding', 'orders'), undefined, { hosts: ['host-0'] }],
  ['what is not there is said', target('Deployment', 'gone'), undefined, { missing: 'there is no Deployment shop/gone' }],
];
for (const [name, of, alias, wanted] of hosts)
  test(`Hosts: ${name}`, async () => assert.deepEqual(await platform().port.hosts(of, alias), wanted));

test('A host of a workload is served by the sidecar of its pod, which finds a server on the pod itself', async () => {
  const { port } = platform();
  assert.deepEqual(await port.agent(work(target('StatefulSet', 'db'), { host: 'host-1' })), {
    agent: 'pod/shop/db-1/stash',
    address: '127.0.0.1',
  });
  const mounted = { volumeMounts: [{ name: 'data', mountPath: '/source' }] };
  const named = await port.agent(work(target('Deployment', 'web'), { container: 'files', spec: mounted as never }));
  assert.deepEqual(named, { agent: 'pod/shop/web-1/files', paths: ['/source'], address: '127.0.0.1' });
});

test('A host whose pods are being replaced is waited for; where none is wanted it is not', async () => {
  const awaited = 'Deployment shop/new has no ready pod with the agent now: pod shop/new-0 is not ready';
  assert.deepEqual(await platform().port.hosts(target('Deployment', 'new'), undefined), { hosts: [], awaited });
  await assert.rejects(platform().port.agent(work(target('Deployment', 'new'))), { code: 'TargetNotReady', message: awaited });
  assert.deepEqual(await platform().port.hosts(target('Deployment', 'idle'), undefined), { hosts: [] });
  await assert.rejects(platform().port.agent(work(target('Deployment', 'idle'))), { code: 'NotFound' });
});

test('A host that has no pod any more is not found', async () => {
  await assert.rejects(platform().port.agent(work(target('StatefulSet', 'db'), { host: 'host-7' })), { code: 'NotFound' });
  await assert.rejects(platform().port.agent(work(target('PersistentVolumeClaim', 'gone'))), { code: 'NotFound' });
});

test('A claim is served by a Job of its own for each direction, where the claim can be mounted; nobody asks for others', async () => {
  const { port, jobOf } = platform();
  const claim = target('PersistentVolumeClaim', 'files');
  const backup = await port.agent(work(claim));
  const restore = await port.agent(work(claim, { direction: 'restore' }));
  assert.notEqual(backup.agent, restore.agent);
  assert.deepEqual(backup.paths, ['/stash-data']);
  const key = parseAgentKey(backup.agent);
  const job = key && jobOf(key);
  assert.equal(job?.metadata?.namespace, 'shop');
  assert.match(JSON.stringify(job?.spec?.template.spec?.affinity), /n1/, 'the node whose pod has it');
  assert.equal(jobOf({ type: 'job', namespace: 'shop', job: 'another' }), undefined);
});

test('What is restored into claims gets one Job a host, with all of its claims, which are made', async () => {
  const { port, jobOf } = platform();
  const claim = (name: string, mountPath: string) => ({ name, labels: {}, annotations: {}, spec: {}, mounts: [{ mountPath }] });
  const claims = [claim('files', '/srv'), claim('new', '/etc/app')];
  const { agent, paths } = await port.agent(work(target('PersistentVolumeClaim', 'files'), { direction: 'restore', claims }));
  assert.deepEqual(paths, ['/srv', '/etc/app']);
  const key = parseAgentKey(agent);
  const job = key && jobOf(key);
  const mounted = job?.spec?.template.spec?.volumes?.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
  assert.deepEqual(mounted, ['files', 'new']);
});

test('A restore by a Function in another container than the gates of the pods is refused while the pods still run', async () => {
  const program = { functions: ['dump'], image: 'dump:1', env: [], envFrom: [], volumes: [], volumeMounts: [] };
  const restore: RestoreWork = { hosts: ['host-0'], places: [], allowOverwrite: true, previousData: 'Keep' };
  const check = async (more: Partial<RestoreWork>) => platform().port.checkRestore?.(target('Deployment', 'web'), { ...restore, ...more });
  await assert.rejects(check({ program }), { code: 'Invalid', message: /cannot be restored by dump, which runs in dump:1/ });
  await check({});
});

test('A run of a Task of Stash has a Job of its own, where the claim can be mounted, and its secrets are taken out of what it said', async () => {
  const { port, jobOf, redact } = platform();
  const stash: StashRun = {
    program: {
      name: 'dumps',
      steps: [{ name: 'dump-0', spec: { image: 'dump:1' } as never }],
      volumes: [],
      outputDir: '/stash-tmp/output',
    },
    orderId: 'one',
    deadline: '2026-03-01T11:00:00Z',
    owner: { kind: 'BackupSession', name: 'now', namespace: 'shop', uid: 'u' },
    repositoryUrl: 'rest:http://storage/',
    storageSecret: 'storage',
    redact: (text) => text.replaceAll('hunter22', '***'),
  };
  const first = await port.agent(work(target('PersistentVolumeClaim', 'files'), { stash }));
  const again = await port.agent(work(target('PersistentVolumeClaim', 'files'), { stash: { ...stash, orderId: 'two' } }));
  assert.notEqual(first.agent, again.agent);
  const key = parseAgentKey(first.agent);
  const job = key && jobOf(key);
  assert.match(JSON.stringify(job?.spec?.template.spec?.affinity), /n1/, 'the node whose pod has it');
  assert.equal(job?.spec?.activeDeadlineSeconds, 3600);
  assert.equal(redact(first.agent, 'hunter22'), '***');
});

test('What works on a repository alone runs beside the operator', () => {
  const { port, jobOf } = platform();
  const key = parseAgentKey(port.repositoryAgent({ namespace: 'shop', name: 'repo' }));
  assert.deepEqual(key, { type: 'repository', namespace: 'shop', name: 'repo' });
  assert.equal(key && jobOf(key)?.metadata?.namespace, 'stash-system');
});

function platform() {
  const objects: Record<string, object> = {
    '/apis/apps/v1/namespaces/shop/statefulsets/db': workload({ replicas: 2 }),
    '/apis/apps/v1/namespaces/shop/deployments/web': { ...workload(), metadata: { namespace: 'shop', name: 'web' } },
    '/apis/apps/v1/namespaces/shop/deployments/new': {
      ...workload({ selector: { matchLabels: { app: 'new' } } }),
      kind: 'Deployment',
      metadata: { namespace: 'shop', name: 'new' },
    },
    '/apis/apps/v1/namespaces/shop/deployments/idle': workload({ replicas: 0, selector: { matchLabels: { app: 'idle' } } }),
    '/apis/apps/v1/namespaces/shop/daemonsets/log': workload(),
    '/apis/appcatalog.appscode.com/v1alpha1/namespaces/shop/appbindings/orders': {},
    '/api/v1/namespaces/shop/persistentvolumeclaims/files': {
      metadata: { namespace: 'shop', name: 'files' },
      spec: { accessModes: ['ReadWriteOnce'] },
    },
  };
  const user = { ...pod('user'), spec: { nodeName: 'n1', volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'files' } }] } };
  const send = async ({ method, path, query = {}, body }: ApiRequest) => {
    if (method === 'POST') return { status: 201, body };
    if (path.endsWith('/pods')) return { status: 200, body: { items: 'fieldSelector' in query ? [user] : podsOf(query.labelSelector) } };
    const found = objects[path];
    if (found === undefined) throw new StashError('NotFound', path);
    return { status: 200, body: found };
  };
  const podsOf = (selector: unknown) =>
    selector === 'app=new' ? [pod('new-0', false)] : selector === 'app=idle' ? [] : [pod('web-0', false), pod('web-1')];
  const store = { get: async () => undefined };
  return clusterPlatform({ send } as unknown as Connection, settings, {
    store,
    sidecars: { attach: async () => [], detach: async () => undefined },
    exec: async () => assert.fail('no hook was asked for'),
    clock: { now: () => new Date('2026-03-01T10:00:00Z') },
  });
}
