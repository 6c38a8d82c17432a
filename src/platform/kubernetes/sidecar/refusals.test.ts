import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1Container, V1VolumeMount } from '@kubernetes/client-node';
import { findDataContainer } from './data-container.ts';
import { sidecarPatch } from './patch.ts';
import { database, filesSidecar, physicalSidecar, SETTINGS, webDeployment } from './testing/workloads.ts';
import type { WantedSidecar } from './wanted.ts';
import { ownPart, type Workload } from './workload.ts';

const mounting = (name: string, mountPath: string, more: object = {}): V1Container => ({
  name,
  image: name,
  volumeMounts: [{ name: 'data', mountPath, ...more }],
});
const pair = (...containers: V1Container[]) => webDeployment({}, { containers });

const found: { name: string; workload: Workload; wanted: WantedSidecar; container: string; mounts: string[] }[] = [
  { name: 'the only one', workload: webDeployment(), wanted: filesSidecar(), container: 'web', mounts: ['/data'] },
  {
    name: 'a path below the mount',
    workload: webDeployment(),
    wanted: filesSidecar({ target: { paths: ['/data/a/b'] } }),
    container: 'web',
    mounts: ['/data'],
  },
  {
    name: 'mounts below the path',
    workload: webDeployment({
      volumeMounts: [
        { name: 'data', mountPath: '/srv/b' },
        { name: 'data', mountPath: '/srv/a', subPath: 'a' },
        { name: 'data', mountPath: '/srvx' },
      ],
    }),
    wanted: filesSidecar({ target: { paths: ['/srv'] } }),
    container: 'web',
    mounts: ['/srv/a', '/srv/b'],
  },
  {
    name: 'the mount of the path, and the one below it',
    workload: webDeployment({
      volumeMounts: [
        { name: 'data', mountPath: '/' },
        { name: 'data', mountPath: '/srv' },
        { name: 'data', mountPath: '/srv/a/b' },
      ],
    }),
    wanted: filesSidecar({ target: { paths: ['/srv/a'] } }),
    container: 'web',
    mounts: ['/srv', '/srv/a/b'],
  },
  {
    name: 'the one that has the path',
    workload: pair(mounting('one', '/one'), mounting('two', '/data')),
    wanted: filesSidecar(),
    container: 'two',
    mounts: ['/data'],
  },
  {
    name: 'the one that writes',
    workload: pair(mounting('reader', '/data', { readOnly: true }), mounting('writer', '/data')),
    wanted: filesSidecar(),
    container: 'writer',
    mounts: ['/data'],
  },
  {
    name: 'volumes by name, where it is said',
    workload: webDeployment(),
    wanted: filesSidecar({ target: { paths: ['/source'], volumeMounts: [{ name: 'data', mountPath: '/source', readOnly: false }] } }),
    container: 'web',
    mounts: ['/source'],
  },
  {
    name: 'the one that has all volumes',
    workload: webDeployment(
      {},
      {
        containers: [
          mounting('one', '/data'),
          {
            name: 'two',
            image: 'two',
            volumeMounts: [
              { name: 'data', mountPath: '/d' },
              { name: 'more', mountPath: '/m' },
            ],
          },
        ],
        volumes: [{ name: 'data' }, { name: 'more' }],
      },
    ),
    wanted: filesSidecar({
      target: {
        volumeMounts: [
          { name: 'more', mountPath: '/m' },
          { name: 'data', mountPath: '/d' },
        ],
      },
    }),
    container: 'two',
    mounts: ['/d', '/m'],
  },
  { name: 'a claim of a StatefulSet', workload: database(), wanted: physicalSidecar(), container: 'mariadb', mounts: ['/var/lib/mysql'] },
  {
    name: 'the persistent volume among others',
    workload: database(
      {
        volumeMounts: [
          { name: 'config', mountPath: '/etc/mysql' },
          { name: 'data', mountPath: '/db' },
        ],
      },
      { volumes: [{ name: 'config', configMap: {} }] },
    ),
    wanted: physicalSidecar(),
    container: 'mariadb',
    mounts: ['/db'],
  },
];
for (const { name, workload, wanted, container, mounts } of found)
  test(`The container of the data is found: ${name}`, () => {
    const data = findDataContainer(ownPart(workload), wanted);
    assert.equal(data.container.name, container);
    assert.deepEqual(
      data.mounts.map(({ mountPath }) => mountPath),
      mounts,
    );
  });

test('What the container may not write, the gate may not either', () => {
  const readOnly = [{ name: 'data', mountPath: '/data', readOnly: true }];
  const target = { volumeMounts: [{ name: 'data', mountPath: '/elsewhere', readOnly: true }] };
  const mountsOf = (volumeMounts: V1VolumeMount[], wanted: WantedSidecar) =>
    findDataContainer(ownPart(webDeployment({ volumeMounts })), wanted).mounts;
  assert.deepEqual(mountsOf(readOnly, filesSidecar()), readOnly);
  assert.deepEqual(mountsOf(readOnly, filesSidecar({ target })), [{ name: 'data', mountPath: '/elsewhere', readOnly: true }]);
  assert.deepEqual(mountsOf([mounting('x', '/data').volumeMounts?.[0] ?? { name: '', mountPath: '' }], filesSidecar({ target })), [
    { name: 'data', mountPath: '/elsewhere' },
  ]);
});

test('The pod’s own annotation settles which of two containers it is', () => {
  const workload = pair(mounting('one', '/data'), mounting('two', '/data'));
  workload.spec.template.metadata = { annotations: { 'kubectl.kubernetes.io/default-container': 'two' } };
  assert.equal(findDataContainer(ownPart(workload), filesSidecar()).container.name, 'two');
});

const refusals: { name: string; workload?: Workload; wanted?: WantedSidecar; says: RegExp }[] = [
  {
    name: 'two containers that write',
    workload: pair(mounting('one', '/data'), mounting('two', '/data')),
    says: /container one or of container two/,
  },
  {
    name: 'a path on no volume',
    wanted: filesSidecar({ target: { paths: ['/data', '/etc'] } }),
    says: /\/data, \/etc; there are web \(data at \/data\)/,
  },
  {
    name: 'a volume that is not there',
    wanted: filesSidecar({ target: { volumeMounts: [{ name: 'dta', mountPath: '/d' }] } }),
    says: /"dta".*they have data/,
  },
  {
    name: 'a database without a volume',
    workload: database({ volumeMounts: [] }),
    wanted: physicalSidecar(),
    says: /no container has mounted a persistent volume/,
  },
  {
    name: 'a physical stage without room',
    workload: database(),
    wanted: physicalSidecar({ tempDir: undefined }),
    says: /no room for its stage/,
  },
  { name: 'memory without a limit', wanted: filesSidecar({ tempDir: { medium: 'Memory' } }), says: /no room/ },
  { name: 'a claim without a size', wanted: filesSidecar({ tempDir: { volumeClaimTemplate: {} } }), says: /say how large/ },
  { name: 'a stage on the data', wanted: filesSidecar({ tempDir: { volume: 'data' } }), says: /holds the data itself/ },
  {
    name: 'a stage on no volume',
    wanted: filesSidecar({ tempDir: { volume: 'x' } }),
    says: /"x" is no volume of the pods; they have data/,
  },
  { name: 'a name that is taken', wanted: filesSidecar({ container: 'web' }), says: /a container of that name already/ },
  { name: 'a name of ours', wanted: filesSidecar({ container: 'stash-gate' }), says: /taken by Stash itself/ },
  {
    name: 'data where the stage is',
    workload: webDeployment({ volumeMounts: [{ name: 'data', mountPath: '/var/lib' }] }),
    wanted: filesSidecar({ target: { paths: ['/var/lib/web'] } }),
    says: /mounted at \/var\/lib, where the sidecar has to have \/var\/lib\/stash/,
  },
  { name: 'privileges', wanted: filesSidecar({ runtimeSettings: { securityContext: { privileged: true } } }), says: /more rights/ },
  {
    name: 'a label that confines nothing',
    wanted: filesSidecar({ runtimeSettings: { securityContext: { seLinuxOptions: { type: 'spc_t' } } } }),
    says: /more rights than a sidecar is given: seLinuxOptions.type: "spc_t"$/,
  },
  { name: 'Windows', workload: webDeployment({}, { os: { name: 'windows' } }), says: /Windows/ },
];
for (const { name, workload = webDeployment(), wanted = filesSidecar(), says } of refusals)
  test(`Refused: ${name}`, () => {
    const answer = sidecarPatch(workload, [wanted], SETTINGS);
    assert.ok('refusal' in answer);
    assert.equal(answer.refusal.code, 'SidecarRefused');
    assert.match(answer.refusal.message, says);
  });
