import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Repository } from '../api/repository.ts';
import type { RestoreSession } from '../api/restore-session.ts';
import type { AgentDesk } from '../orders/desk.ts';
import type { HostWork, RestoreWork } from './platform-port.ts';
import { applyBasics, configuration, manifest, restoreOf } from './testing/manifests.ts';
import type { TestOperator } from './testing/operator.ts';
import { operators } from './testing/operators.ts';

const HOUR = 3_600_000;
const newOperator = operators();

interface Asked {
  agents: HostWork[];
  checks: RestoreWork[];
}

/** In a cluster, with a backup of each of the hosts db-0 and db-1, which have /srv/data. */
async function operator(): Promise<TestOperator & { asked: Asked }> {
  const one = await newOperator();
  const asked: Asked = { agents: [], checks: [] };
  Object.assign(one.ctx().platform, {
    place: 'Cluster',
    targetKinds: ['Host', 'PersistentVolumeClaim'],
    agent: async (work: HostWork) => {
      asked.agents.push(work);
      return { agent: 'targets', paths: ['/srv/data'] };
    },
    checkRestore: async (_target: unknown, work: RestoreWork) => void asked.checks.push(work),
  });
  await applyBasics(one.store);
  const [repository] = await one.list('Repository');
  const { backend } = (repository as Repository).spec;
  const rest = { storageSecretName: backend.storageSecretName, rest: { url: 'http://storage:8000/' } };
  await one.store.replace('Repository', { ...(repository as Repository), spec: { backend: rest } } as Repository);
  for (const name of ['db-0', 'db-1']) await one.store.create('BackupConfiguration', configuration(name));
  await one.settle();
  await one.clock.advance(HOUR);
  await one.settle();
  return Object.assign(one, { asked });
}

const template = { metadata: { name: 'data-copy-${POD_ORDINAL}' }, spec: { accessModes: ['ReadWriteOnce'] } };
const mounts = [{ name: 'data-copy', mountPath: '/srv/data' }];
const target = { alias: 'db', replicas: 2, volumeMounts: mounts, volumeClaimTemplates: [template] };

function session(name: string, more: object = {}, spec: object = {}): RestoreSession {
  const metadata = { namespace: 'shop', name };
  const all = { repository: { name: 'repo' }, target: { ...target, ...more }, ...spec };
  return manifest({ apiVersion: 'stash.appscode.com/v1beta1', kind: 'RestoreSession', metadata, spec: all }) as RestoreSession;
}

test('each replica gets its own data into its own claims, and status says which', async () => {
  const one = await operator();
  await one.store.create('RestoreSession', session('copy'));
  await one.settle();
  const [restore] = await one.list('RestoreSession');
  assert.equal(restore?.status?.phase, 'Succeeded', restore?.status?.message);
  assert.deepEqual(
    restore?.status?.plan?.map(({ hostname, sourceHost, claims }) => [hostname, sourceHost, claims]),
    [
      ['db-0', 'db-0', ['data-copy-0']],
      ['db-1', 'db-1', ['data-copy-1']],
    ],
  );
  assert.deepEqual(
    restore?.status?.stats?.map(({ hostname, phase }) => [hostname, phase]),
    [
      ['db-0', 'Succeeded'],
      ['db-1', 'Succeeded'],
    ],
  );
  const works = one.asked.agents.filter(({ direction }) => direction === 'restore');
  assert.deepEqual(
    new Set(works.map(({ host, claims }) => `${host} ${claims?.map(({ name }) => name)}`)),
    new Set(['db-0 data-copy-0', 'db-1 data-copy-1']),
  );
  assert.equal(works[0]?.claims?.[0]?.labels['stash.appscode.com/invoker-name'], 'copy');
  assert.deepEqual(
    one.asked.checks[0]?.claims?.map((claims) => claims.map(({ name }) => name)),
    [['data-copy-0'], ['data-copy-1']],
  );
});

test('rules say whose data a replica gets', async () => {
  const one = await operator();
  const rules = [{ targetHosts: ['db-1'], sourceHost: 'db-0' }];
  await one.store.create('RestoreSession', session('copy', { rules }));
  await one.settle();
  const [restore] = await one.list('RestoreSession');
  assert.deepEqual(
    restore?.status?.plan?.map(({ hostname, sourceHost }) => [hostname, sourceHost]),
    [['db-1', 'db-0']],
  );
});

test('two restores into the same claims go one after the other', async () => {
  const one = await operator();
  one.agents.script = ({ task }) => (task.type === 'Restore' ? undefined : 'Succeeded');
  await one.store.create('RestoreSession', session('first'));
  await one.settle();
  await one.store.create('RestoreSession', session('second'));
  await one.store.create(
    'RestoreSession',
    session('other', {
      volumeMounts: [{ name: 'x', mountPath: '/srv' }],
      volumeClaimTemplates: [{ ...template, metadata: { name: 'x-${POD_ORDINAL}' } }],
    }),
  );
  await one.settle();
  const phases = (await one.list('RestoreSession')).map(({ metadata, status }) => [metadata.name, status?.phase, status?.reason]);
  assert.deepEqual(Object.fromEntries(phases.map(([name, ...rest]) => [name, rest])), {
    first: ['Running', 'Running'],
    second: ['Pending', 'SlotTaken'],
    other: ['Running', 'Running'],
  });
});

const REFUSED: [why: string, wrong: RestoreSession, says: RegExp][] = [
  [
    'a path that no claim takes in',
    session('back', { volumeMounts: [{ name: 'data-copy', mountPath: '/data' }] }),
    /db-0 has \/srv\/data, and no claim is mounted there \(\/data\)/,
  ],
  [
    'replicas that share a claim',
    session('back', { volumeClaimTemplates: [{ ...template, metadata: { name: 'data-copy' } }] }),
    /put \$\{POD_ORDINAL\} into it/,
  ],
  ['a host without a backup', session('back', { replicas: 3 }), /no snapshot of host "db-2"/],
];
for (const [why, wrong, says] of REFUSED)
  test(`a restore into claims with ${why} is Invalid, and no claim is made`, async () => {
    const one = await operator();
    await one.store.create('RestoreSession', wrong);
    await one.settle();
    const [restore] = await one.list('RestoreSession');
    assert.equal(restore?.status?.phase, 'Invalid', restore?.status?.message);
    assert.match(restore?.status?.message ?? '', says);
    assert.deepEqual(
      one.asked.agents.filter(({ direction }) => direction === 'restore'),
      [],
    );
  });

test('on one machine there are no claims to restore into', async () => {
  const one = await operator();
  Object.assign(one.ctx().platform, { place: 'Machine', targetKinds: ['Host', 'AppBinding'] });
  await one.store.create('RestoreSession', session('back'));
  const { target: host } = restoreOf('host', 'db-0').spec;
  await one.store.create('RestoreSession', restoreOf('host', 'db-0', { target: { ...host, volumeClaimTemplates: [template] } }));
  await one.settle();
  for (const { status } of await one.list('RestoreSession')) {
    assert.equal(status?.phase, 'Invalid');
    assert.match(status?.message ?? '', /volumeClaimTemplates: there are no claims on one machine/);
  }
});

test('what keeps an agent from starting is shown while it lasts, and is the reason at the deadline', async () => {
  const one = await operator();
  one.agents.script = ({ task }) => (task.type === 'Restore' ? undefined : 'Succeeded');
  Object.assign(one.ctx().platform, { agent: async () => ({ agent: 'nobody' }) });
  await one.store.create('RestoreSession', session('copy', {}, { timeOut: '1m' }));
  await one.settle();
  const desk = one.ctx().desk as AgentDesk;
  desk.hindered('nobody', 'pod shop/p cannot be scheduled');
  await one.settle();
  const read = async () => (await one.list('RestoreSession'))[0]?.status;
  assert.equal((await read())?.stats?.[0]?.message, 'waits for its agent: pod shop/p cannot be scheduled');
  desk.hindered('nobody', undefined);
  await one.settle();
  assert.equal((await read())?.stats?.[0]?.message, undefined);
  desk.hindered('nobody', 'PersistentVolumeClaim data-copy-0: no room');
  await one.clock.advance(60_000);
  await one.settle();
  const status = await read();
  assert.deepEqual([status?.phase, status?.reason], ['Failed', 'DeadlineExceeded']);
  assert.match(status?.message ?? '', /had not begun at its deadline: PersistentVolumeClaim data-copy-0: no room/);
});
