import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KindMap } from '../api/kinds.ts';
import { StashError } from '../errors/error.ts';
import type { RestoreWork } from './platform-port.ts';
import { applyBasics, configuration, manifest, repository, restoreOf } from './testing/manifests.ts';
import type { TestOperator } from './testing/operator.ts';
import { operators } from './testing/operators.ts';

const HOUR = 3_600_000;
const apiVersion = 'stash.appscode.com/v1beta1';
const newOperator = operators();

/** In a cluster, with a backup of `docs` and a Function and a Task that run in images of their own. */
async function operator(): Promise<{ one: TestOperator; checks: RestoreWork[] }> {
  const one = await newOperator();
  const checks: RestoreWork[] = [];
  Object.assign(one.ctx().platform, {
    place: 'Cluster',
    targetKinds: ['Host', 'Deployment', 'PersistentVolumeClaim'],
    checkRestore: async (_target: unknown, work: RestoreWork) => {
      checks.push(work);
      if (work.program !== undefined) throw new StashError('Invalid', `the pods do not run ${work.program.image}`);
    },
  });
  await applyBasics(one.store, ['volume']);
  await one.store.create('Repository', repository('repo', { backend: { storageSecretName: 'storage', rest: { url: 'http://storage/' } } }));
  const ours = { image: 'dump:1', command: ['dump'], supports: ['Full', 'Restore'], source: 'Stage', fetch: 'Stage' };
  for (const [name, spec] of [['ours', ours] as const, ['step', { image: 'dump:1' }] as const])
    await one.store.create('Function', manifest({ apiVersion, kind: 'Function', metadata: { name }, spec }) as KindMap['Function']);
  const dumps = { apiVersion, kind: 'Task', metadata: { name: 'dumps' }, spec: { steps: [{ name: 'step' }] } };
  await one.store.create('Task', manifest(dumps) as KindMap['Task']);
  await one.store.create('BackupConfiguration', configuration('docs'));
  await one.settle();
  await one.clock.advance(HOUR);
  await one.settle();
  return { one, checks };
}

const claim = { ref: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: 'data' } };
const template = { metadata: { name: 'copy' }, spec: { accessModes: ['ReadWriteOnce'] } };
const templates = { replicas: 1, volumeMounts: [{ name: 'copy', mountPath: '/srv/data' }], volumeClaimTemplates: [template] };
const REFUSED: [what: string, spec: object, target: object, reason: string, says: RegExp][] = [
  [
    'by a Function whose container the pods do not have',
    { task: { name: 'ours' } },
    { ref: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
    'Invalid',
    /the pods do not run dump:1/,
  ],
  [
    'by a Task written for Stash into claims that are to be made',
    { task: { name: 'dumps' } },
    { ...templates, ref: undefined },
    'NotSupportedYet',
    /volumeClaimTemplates: task dumps was written for Stash/,
  ],
  [
    'by a Task written for Stash from a Repository on a volume',
    { task: { name: 'dumps' }, repository: { name: 'volume' } },
    claim,
    'NotSupportedYet',
    /do not reach the volume of Repository shop\/volume/,
  ],
];
for (const [what, spec, target, reason, says] of REFUSED)
  test(`a restore ${what} is Invalid before it has taken its place or run a hook`, async () => {
    const { one } = await operator();
    const hooks = { preRestore: { exec: { command: ['stop-everything'] } } };
    await one.store.create('RestoreSession', restoreOf('back', 'docs', { ...spec, hooks, target: { alias: 'docs', ...target } }));
    await one.settle();
    const status = (await one.list('RestoreSession'))[0]?.status;
    assert.deepEqual([status?.phase, status?.reason, status?.startTime], ['Invalid', reason, undefined], status?.message);
    assert.match(status?.message ?? '', says);
    assert.deepEqual(one.hooks.ran, []);
  });

test('what files alone need of the pods is nothing', async () => {
  const { one, checks } = await operator();
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  await one.store.create('RestoreSession', restoreOf('back', 'docs', { target: { alias: 'docs', ref } }));
  await one.settle();
  assert.equal((await one.list('RestoreSession'))[0]?.status?.phase, 'Succeeded');
  assert.deepEqual(
    checks.map(({ program }) => program),
    [undefined],
  );
});
