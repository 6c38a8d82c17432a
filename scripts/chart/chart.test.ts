import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KIND_NAMES, KINDS } from '../../src/api/kinds.ts';
import { findTool, isFound } from '../../src/platform/tools/locate.ts';
import { lint, type Rendered, render } from './render.ts';

const tool = await findTool('helm');
const options = { skip: isFound(tool) ? false : `${tool.missing}. ${tool.remedy}` };
const helm = isFound(tool) ? tool.path : '';
const WITHOUT_CRDS = 'crds.install=false';

test('helm finds nothing wrong with the chart', options, async () => {
  assert.match(await lint(helm), /1 chart\(s\) linted, 0 chart\(s\) failed/);
});

test('each of our kinds is defined, tells Helm to keep it, and can be left out', options, async () => {
  const definitions = (await render(helm)).filter(({ kind }) => kind === 'CustomResourceDefinition');
  const ours = KIND_NAMES.map((name) => KINDS[name]).filter(({ schema }) => schema !== undefined);
  const names = ours.map(({ plural, apiVersion }) => `${plural}.${apiVersion.split('/')[0]}`);
  assert.deepEqual(definitions.map(({ metadata }) => metadata.name).toSorted(), names.toSorted());
  for (const { metadata } of definitions) assert.equal(metadata.annotations?.['helm.sh/resource-policy'], 'keep', metadata.name);
  assert.deepEqual(kindsOf(await render(helm, WITHOUT_CRDS)).get('CustomResourceDefinition'), undefined);
});

test('everything of a namespace is in that of the release, and carries its labels', options, async () => {
  const objects = await render(helm, WITHOUT_CRDS, 'replicas=2', 'serviceMonitor.enabled=true');
  const clusterWide = ['ClusterRole', 'ClusterRoleBinding'];
  for (const { kind, metadata } of objects) {
    assert.equal(metadata.namespace, clusterWide.includes(kind) ? undefined : 'backup', `${kind} ${metadata.name}`);
    assert.equal(metadata.labels['app.kubernetes.io/instance'], 'stash', `${kind} ${metadata.name}`);
  }
});

test('the operator gets no right over the whole cluster that it has no use for', options, async () => {
  for (const { rules } of (await render(helm, WITHOUT_CRDS)).filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role')) {
    for (const { apiGroups, resources, verbs } of rules as { apiGroups: string[]; resources: string[]; verbs: string[] }[]) {
      assert.ok(!apiGroups.includes('*') && !verbs.includes('*'), JSON.stringify({ apiGroups, resources, verbs }));
      assert.ok(!resources.includes('*') || apiGroups.join() === 'stash.appscode.com', JSON.stringify({ apiGroups, resources, verbs }));
      assert.ok(!resources.includes('secrets') || !verbs.some((verb) => ['list', 'watch', 'delete'].includes(verb)), 'secrets');
      assert.ok(!apiGroups.includes('rbac.authorization.k8s.io'), 'it cannot give rights away');
    }
  }
});

test('commands in containers of targets are allowed only where that was asked for', options, async () => {
  const mayExec = (objects: Rendered[]) => JSON.stringify(objects.filter(({ kind }) => kind === 'ClusterRole')).includes('pods/exec');
  const without = await render(helm, WITHOUT_CRDS);
  const asked = await render(helm, WITHOUT_CRDS, 'hooks.exec.enabled=true');
  assert.deepEqual([mayExec(without), mayExec(asked)], [false, true]);
  assert.deepEqual([settingsOf(without).execHooks, settingsOf(asked).execHooks], [false, true]);
});

test('what serves volumes may be made only where local backends are wanted, and its Secrets are never changed', options, async () => {
  const verbsOf = (objects: Rendered[], resource: string) => [
    ...new Set(
      objects
        .filter(({ kind }) => kind === 'ClusterRole')
        .flatMap(({ rules }) => rules as { resources: string[]; verbs: string[] }[])
        .filter(({ resources }) => resources.includes(resource))
        .flatMap(({ verbs }) => verbs),
    ),
  ];
  const usual = await render(helm, WITHOUT_CRDS);
  const without = await render(helm, WITHOUT_CRDS, 'localBackend.enabled=false');
  assert.deepEqual(
    ['secrets', 'services', 'deployments'].map((resource) => verbsOf(usual, resource)),
    [
      ['get', 'create'],
      ['get', 'create'],
      ['get', 'list', 'watch', 'patch', 'create'],
    ],
  );
  assert.deepEqual(
    ['secrets', 'services', 'deployments'].map((resource) => verbsOf(without, resource)),
    [['get'], [], ['get', 'list', 'watch', 'patch']],
  );
  const others = await render(helm, WITHOUT_CRDS, 'localBackend.securityContext.fsGroup=null');
  assert.deepEqual(Object.keys((settingsOf(others) as { localBackend: { securityContext: object } }).localBackend.securityContext), [
    'fsGroupChangePolicy',
    'runAsGroup',
    'runAsUser',
  ]);
});

test('the pod of the operator may do nothing on its node, and is told what it must know', options, async () => {
  const objects = await render(
    helm,
    WITHOUT_CRDS,
    'image.repository=r:5000/stash',
    'image.pullSecrets={a,b}',
    'agents.resources.limits.cpu=2',
  );
  const pod = podOf(objects);
  assert.equal(pod.securityContext.runAsNonRoot, true);
  assert.deepEqual(pod.containers[0].securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  const { version } = (await import('../../package.json', { with: { type: 'json' } })).default;
  assert.equal(pod.containers[0].image, `r:5000/stash:${version}`);
  assert.deepEqual(pod.imagePullSecrets, [{ name: 'a' }, { name: 'b' }]);
  assert.deepEqual(settingsOf(objects), {
    namespace: 'backup',
    image: `r:5000/stash:${version}`,
    imagePullPolicy: 'IfNotPresent',
    imagePullSecrets: ['a', 'b'],
    agentsUrl: 'https://stash-agents.backup.svc:8443',
    agentServiceAccount: 'stash-agent',
    agentResources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { cpu: 2, memory: '1Gi' } },
    localBackend: {
      enabled: true,
      allowHostPath: false,
      securityContext: { runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532, fsGroupChangePolicy: 'OnRootMismatch' },
      resources: { requests: { cpu: '20m', memory: '48Mi' }, limits: { memory: '512Mi' } },
      nodeSelector: {},
      tolerations: [],
    },
    execHooks: false,
    logLevel: 'info',
  });
});

test('the token of an agent\u2019s account is mounted nowhere by itself, and agents reach the one that leads', options, async () => {
  const objects = await render(helm, WITHOUT_CRDS);
  const account = objects.find(({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === 'stash-agent');
  assert.equal(account?.automountServiceAccountToken, false);
  const bound = objects.filter(({ kind }) => kind.endsWith('RoleBinding')).flatMap(({ subjects }) => subjects as { name: string }[]);
  assert.ok(bound.every(({ name }) => name === 'stash-operator'));
  const service = objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === 'stash-agents');
  assert.equal(service?.spec.selector, undefined);
});

test('several operators are spread and may not be evicted together', options, async () => {
  const one = await render(helm, WITHOUT_CRDS);
  const two = await render(helm, WITHOUT_CRDS, 'replicas=2');
  assert.deepEqual([podOf(one).affinity, kindsOf(one).get('PodDisruptionBudget')], [undefined, undefined]);
  assert.ok(podOf(two).affinity.podAntiAffinity);
  assert.equal(kindsOf(two).get('PodDisruptionBudget'), 1);
  assert.deepEqual(podOf(await render(helm, WITHOUT_CRDS, 'replicas=2', 'operator.affinity.nodeAffinity.a=b')).affinity, {
    nodeAffinity: { a: 'b' },
  });
});

test('values that mean nothing are refused by name', options, async () => {
  const wrong: [string, RegExp][] = [
    ['replica=2', /replica/],
    ['image.pullPolicy=Sometimes', /pullPolicy/],
    ['operator.logLevel=loud', /logLevel/],
    ['image.digest=sha256:12', /digest/],
    ['serviceMonitor.interval=soon', /interval/],
  ];
  for (const [value, message] of wrong) await assert.rejects(render(helm, value), message, value);
});

function kindsOf(objects: readonly Rendered[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { kind } of objects) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

function podOf(objects: readonly Rendered[]) {
  return objects.find(({ kind }) => kind === 'Deployment')?.spec.template.spec;
}

function settingsOf(objects: readonly Rendered[]) {
  const env = podOf(objects).containers[0].env as { name: string; value?: string }[];
  return JSON.parse(env.find(({ name }) => name === 'STASH_SETTINGS')?.value ?? '');
}
