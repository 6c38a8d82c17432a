import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inject } from './inject.ts';
import { sidecarPatch } from './patch.ts';
import { containerOf, database, filesSidecar, patchOf, physicalSidecar, SETTINGS, webDeployment } from './testing/workloads.ts';
import type { WantedSidecar } from './wanted.ts';
import type { Workload } from './workload.ts';

test('A file sidecar reads the data at the same path, and its gate may write there', () => {
  const { patch, hash } = patchOf(webDeployment({ securityContext: { runAsUser: 101 } }), [filesSidecar()]);
  const template = patch.spec.template;
  assert.deepEqual(template.metadata, {
    labels: { 'stash.appscode.com/agent': 'true' },
    annotations: { 'stash.appscode.com/sidecar': hash },
  });
  assert.deepEqual(
    template.spec.initContainers.map(({ name, image, command, restartPolicy }) => ({ name, image, command, restartPolicy })),
    [
      { name: 'stash-install', image: 'stash/stash:1', command: ['/stash/bin/stash-install', '/stash-payload'], restartPolicy: undefined },
      { name: 'stash-gate', image: 'stash/stash:1', command: ['/stash/bin/stash-agent'], restartPolicy: undefined },
      { name: 'stash', image: 'stash/stash:1', command: ['/stash/bin/stash-agent'], restartPolicy: 'Always' },
    ],
  );
  const sidecar = containerOf(patch, 'stash');
  const gate = containerOf(patch, 'stash-gate');
  assert.deepEqual(sidecar.volumeMounts?.at(-1), { name: 'data', mountPath: '/data', readOnly: true });
  assert.deepEqual(gate.volumeMounts?.at(-1), { name: 'data', mountPath: '/data' });
  assert.equal(sidecar.securityContext?.runAsUser, 101);
  assert.deepEqual(sidecar.securityContext?.capabilities, { drop: ['ALL'] });
  assert.equal(sidecar.securityContext?.readOnlyRootFilesystem, true);
  assert.equal(sidecar.securityContext?.allowPrivilegeEscalation, false);
  assert.equal(sidecar.livenessProbe ?? sidecar.readinessProbe ?? sidecar.startupProbe, undefined);
});

test('Agents make their key of the name of their pod, which comes before it', () => {
  const { patch } = patchOf(webDeployment(), [filesSidecar()]);
  const names = containerOf(patch, 'stash').env?.map(({ name }) => name) ?? [];
  assert.ok(names.indexOf('POD_NAME') < names.indexOf('STASH_AGENT'));
  const value = (container: string, name: string) => containerOf(patch, container).env?.find((one) => one.name === name)?.value;
  assert.equal(value('stash', 'STASH_AGENT'), 'pod/$(POD_NAMESPACE)/$(POD_NAME)/stash');
  assert.equal(value('stash-gate', 'STASH_AGENT'), 'gate/$(POD_NAMESPACE)/$(POD_NAME)');
  assert.equal(value('stash-gate', 'STASH_MODE'), 'Gate');
  assert.equal(value('stash', 'STASH_STAGE'), '/var/lib/stash/stash');
  assert.equal(value('stash-gate', 'STASH_STAGE'), '/var/lib/stash/stash-gate');
  assert.equal(value('stash', 'STASH_STAGE_LIMIT'), '2Gi');
});

test('A database sidecar runs the image of the server', () => {
  const { patch } = patchOf(database({ imagePullPolicy: 'Always' }), [physicalSidecar()]);
  for (const name of ['stash', 'stash-gate']) {
    assert.equal(containerOf(patch, name).image, 'mariadb:11.8');
    assert.equal(containerOf(patch, name).imagePullPolicy, 'Always');
    assert.equal(containerOf(patch, name).securityContext?.runAsUser, undefined, 'the image says it');
  }
  assert.equal(containerOf(patch, 'stash').volumeMounts?.at(-1)?.mountPath, '/var/lib/mysql');
});

test('Several sidecars have keys and stages of their own', () => {
  const { patch } = patchOf(database(), [
    filesSidecar({ container: 'logs', target: { paths: ['/var/lib/mysql/logs'] } }),
    physicalSidecar({ tempDir: { volumeClaimTemplate: { spec: { resources: { requests: { storage: '10Gi' } } } } } }),
  ]);
  assert.deepEqual(
    patch.spec.template.spec.initContainers.map(({ name }) => name),
    ['stash-install', 'stash-gate', 'stash', 'logs'],
  );
  assert.deepEqual(
    patch.spec.template.spec.volumes.map(({ name }) => name),
    ['stash-payload', 'stash-token', 'stash-trust', 'stash-stage', 'stash-stage-logs'],
  );
  assert.equal(containerOf(patch, 'logs').env?.find(({ name }) => name === 'STASH_AGENT')?.value, 'pod/$(POD_NAMESPACE)/$(POD_NAME)/logs');
});

test('Where the cluster has no native sidecars they are containers like others', () => {
  const { patch } = patchOf(webDeployment(), [filesSidecar()], { ...SETTINGS, nativeSidecars: false });
  assert.deepEqual(
    patch.spec.template.spec.initContainers.map(({ name }) => name),
    ['stash-install', 'stash-gate'],
  );
  assert.deepEqual(
    patch.spec.template.spec.containers?.map(({ name, restartPolicy }) => [name, restartPolicy]),
    [['stash', undefined]],
  );
});

test('A DaemonSet is treated like a Deployment', () => {
  const daemons: Workload = { ...webDeployment(), kind: 'DaemonSet' };
  assert.equal(patchOf(daemons, [filesSidecar()]).patch.kind, 'DaemonSet');
});

test('The hash changes when the sidecar runs something else, and only then', () => {
  const web = webDeployment();
  const hash = (workload: Workload, wanted: WantedSidecar, settings = SETTINGS) => patchOf(workload, [wanted], settings).hash;
  const before = hash(web, filesSidecar());
  const attached = inject(web, patchOf(web, [filesSidecar()]).patch);
  const same: [string, string][] = [
    ['attached already', hash(attached, filesSidecar())],
    ['replicas', hash({ ...web, spec: { ...web.spec, replicas: 7 } }, filesSidecar())],
    ['image of the workload', hash(webDeployment({ image: 'web:8' }), filesSidecar())],
    [
      'further container',
      hash(webDeployment({}, { containers: [...(web.spec.template.spec?.containers ?? []), { name: 'log' }] }), filesSidecar()),
    ],
    ['another path of the same volume', hash(web, filesSidecar({ target: { paths: ['/data/pictures', '/data/texts'] } }))],
    ['another version of the operator', hash(web, filesSidecar(), { ...SETTINGS, image: 'stash/stash:2' })],
    ['usual resources', hash(web, filesSidecar(), { ...SETTINGS, agentResources: { requests: { cpu: '1' } } })],
    ['nothing said, at length', hash(web, filesSidecar({ tempDir: {}, runtimeSettings: {}, env: [] }))],
  ];
  for (const [what, value] of same) assert.equal(value, before, what);
  const other: [string, string][] = [
    ['resources', hash(web, filesSidecar({ runtimeSettings: { resources: { limits: { memory: '1Gi' } } } }))],
    ['environment', hash(web, filesSidecar({ env: [{ name: 'A', value: 'b' }] }))],
    ['image of the function', hash(web, filesSidecar({ image: 'function:1' }))],
    ['stage', hash(web, filesSidecar({ tempDir: { sizeLimit: '9Gi' } }))],
    ['place of the data', hash(webDeployment({ volumeMounts: [{ name: 'data', mountPath: '/data', subPath: 'a' }] }), filesSidecar())],
    ['user', hash(webDeployment({ securityContext: { runAsUser: 5 } }), filesSidecar())],
  ];
  for (const [what, value] of other) assert.notEqual(value, before, what);
  assert.notEqual(hash(database(), physicalSidecar()), hash(database({ image: 'mariadb:12' }), physicalSidecar()), 'image of the server');
});

test('A workload keeps the version of the agent it has until it is upgraded, or its pods restart anyway', () => {
  const attached = inject(webDeployment(), patchOf(webDeployment(), [filesSidecar()]).patch);
  const settings = { ...SETTINGS, image: 'stash/stash:2' };
  const image = (wanted: WantedSidecar, upgrade: boolean) => {
    const answer = sidecarPatch(attached, [wanted], settings, { upgrade });
    return 'patch' in answer ? containerOf(answer.patch, 'stash-install').image : answer.refusal.message;
  };
  assert.equal(image(filesSidecar(), false), 'stash/stash:1');
  assert.equal(image(filesSidecar(), true), 'stash/stash:2');
  assert.equal(image(filesSidecar({ env: [{ name: 'A', value: 'b' }] }), false), 'stash/stash:2');
});

test('Environment comes from the function, then the settings, and never instead of ours', () => {
  const wanted = filesSidecar({
    env: [
      { name: 'A', value: 'function' },
      { name: 'STASH_AGENT', value: 'pod/other/pod/stash' },
      { name: 'B', value: 'b' },
    ],
    runtimeSettings: { env: [{ name: 'A', value: 'settings' }] },
  });
  const env = containerOf(patchOf(webDeployment(), [wanted]).patch, 'stash').env ?? [];
  assert.deepEqual(env.slice(-2), [
    { name: 'A', value: 'settings' },
    { name: 'B', value: 'b' },
  ]);
  assert.equal(env.filter(({ name }) => name === 'STASH_AGENT').length, 1);
});

test('A Guaranteed pod stays so, and another gets what is usual', () => {
  const fixed = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } };
  const { patch } = patchOf(webDeployment({ resources: fixed }), [
    filesSidecar({ runtimeSettings: { resources: { limits: { memory: '300Mi' } } } }),
  ]);
  assert.deepEqual(containerOf(patch, 'stash').resources, {
    limits: { cpu: '500m', memory: '300Mi' },
    requests: { cpu: '500m', memory: '300Mi' },
  });
  assert.deepEqual(containerOf(patch, 'stash-install').resources?.limits, { cpu: '500m', memory: '512Mi' });
  assert.deepEqual(containerOf(patchOf(webDeployment(), [filesSidecar()]).patch, 'stash').resources, SETTINGS.agentResources);
});

test('The order in which sidecars are asked for makes no difference', () => {
  const asked = [physicalSidecar(), filesSidecar({ container: 'b', target: {} }), filesSidecar({ container: 'a', target: {} })];
  assert.deepEqual(patchOf(database(), asked), patchOf(database(), asked.toReversed()));
});

test('A printed manifest has the sidecar first and once, and what it had', () => {
  const workload = webDeployment({}, { initContainers: [{ name: 'wait' }], imagePullSecrets: [{ name: 'mine' }] });
  const { patch } = patchOf(workload, [filesSidecar()], { ...SETTINGS, imagePullSecrets: ['mine', 'theirs'] });
  const once = inject(workload, patch);
  const { initContainers, containers, volumes, imagePullSecrets } = once.spec.template.spec ?? { containers: [] };
  assert.deepEqual(
    initContainers?.map(({ name }) => name),
    ['stash-install', 'stash-gate', 'stash', 'wait'],
  );
  assert.deepEqual(
    containers.map(({ name }) => name),
    ['web'],
  );
  assert.deepEqual(
    volumes?.map(({ name }) => name),
    ['data', 'stash-payload', 'stash-token', 'stash-trust', 'stash-stage'],
  );
  assert.deepEqual(imagePullSecrets, [{ name: 'mine' }, { name: 'theirs' }]);
  assert.deepEqual(once.spec.template.metadata?.labels, { app: 'web', 'stash.appscode.com/agent': 'true' });
  assert.deepEqual(inject(once, patchOf(once, [filesSidecar()], { ...SETTINGS, imagePullSecrets: ['mine', 'theirs'] }).patch), once);
});

test('Variables of a subPathExpr go along', () => {
  const workload = webDeployment({
    volumeMounts: [{ name: 'data', mountPath: '/data', subPathExpr: '$(POD_NAME)/$(SHARD)' }],
    env: [
      { name: 'SHARD', value: 's1' },
      { name: 'OTHER', value: 'o' },
      { name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
    ],
  });
  const sidecar = containerOf(patchOf(workload, [filesSidecar()]).patch, 'stash');
  assert.deepEqual(sidecar.env?.at(-1), { name: 'SHARD', value: 's1' });
  assert.equal(sidecar.env?.filter(({ name }) => name === 'POD_NAME' || name === 'OTHER').length, 1);
  assert.equal(sidecar.volumeMounts?.at(-1)?.subPathExpr, '$(POD_NAME)/$(SHARD)');
});
