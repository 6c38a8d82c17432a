import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { AnyObject, ObjectKey } from '../../api/object.ts';
import { targetWatches } from '../invoker/target-watches.ts';
import { BLUEPRINT, type BlueprintBed, blueprintBed } from '../testing/blueprint-bed.ts';
import { configuration } from '../testing/manifests.ts';
import { annotatedChanges } from './annotated.ts';
import { blueprintController } from './reconcile.ts';

const opened: BlueprintBed[] = [];
after(() => Promise.all(opened.map((one) => one.operator.close())));

async function bed(): Promise<BlueprintBed> {
  const one = await blueprintBed();
  opened.push(one);
  return one;
}

function workload(metadata: object = {}): AnyObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop', uid: 'u', generation: 1, ...metadata } };
}

test('of targets, changes of annotations of ours count and no others', () => {
  const concerns = annotatedChanges();
  const annotated = (annotations: object) => workload({ annotations: { [BLUEPRINT]: 'a', ...annotations } });
  const steps: [AnyObject, 'Added' | 'Modified' | 'Deleted', boolean][] = [
    [workload(), 'Added', false],
    [workload({ generation: 2 }), 'Modified', false],
    [workload(), 'Deleted', false],
    [annotated({}), 'Added', true],
    [annotated({ 'deployment.kubernetes.io/revision': '2' }), 'Modified', false],
    [annotated({ 'params.stash.appscode.com/x': '1' }), 'Modified', true],
    [annotated({ 'params.stash.appscode.com/x': '1' }), 'Added', false],
    [workload(), 'Modified', true],
    [workload(), 'Modified', false],
    [annotated({}), 'Modified', true],
    [annotated({}), 'Deleted', true],
    [annotated({}), 'Deleted', false],
  ];
  for (const [index, [object, change, expected]] of steps.entries()) assert.equal(concerns(object, change), expected, `step ${index}`);
});

test('a blueprint wakes the targets that name it; what was made wakes its target, but not by its status', async () => {
  const one = await bed();
  const { store } = one.operator;
  const blueprint = await one.blueprint('standard');
  await one.target('Deployment', 'web', { [BLUEPRINT]: 'other, standard' });
  await one.target('Deployment', 'broken', { [BLUEPRINT]: 'Not A Name' });
  await one.target('Deployment', 'alone', { [BLUEPRINT]: 'other' });
  const watches = blueprintController('Deployment', one.operator.ctx()).watches;
  const woken = async (object: AnyObject): Promise<ObjectKey[]> => {
    const [watch] = watches.filter(({ kind }) => kind === object.kind);
    assert.ok(watch);
    return (watch.map as (object: AnyObject) => Promise<ObjectKey[]>)(object);
  };
  const web = [{ namespace: 'shop', name: 'web' }];
  assert.deepEqual(await woken(blueprint), web);
  await one.settle(['Deployment', 'web']);
  const [made] = await one.operator.list('BackupConfiguration');
  assert.ok(made);
  assert.deepEqual(await woken(made), web);
  const scheduled = await store.replaceStatus('BackupConfiguration', { ...made, status: { phase: 'Ready' } });
  assert.deepEqual(await woken(scheduled), []);
  const edited = await store.replace('BackupConfiguration', { ...scheduled, spec: { ...scheduled.spec, paused: true } });
  assert.deepEqual(await woken(edited), web);
  await store.delete('BackupConfiguration', { namespace: 'shop', name: made.metadata.name });
  assert.deepEqual(await woken(edited), web);
  assert.deepEqual(await woken(await store.create('BackupConfiguration', configuration('by-hand'))), []);
});

test('a changed workload wakes the configurations whose target it is, once a generation, and nobody for its status', async () => {
  const one = await bed();
  const { store } = one.operator;
  const watches = targetWatches('BackupConfiguration', one.operator.ctx());
  const tell = async (object: AnyObject): Promise<string[]> => {
    const found = watches.filter(({ kind }) => kind === object.kind);
    const keys = await Promise.all(found.map(({ map }) => (map as (object: AnyObject) => Promise<ObjectKey[]>)(object)));
    return keys.flat().map(({ name }) => name);
  };
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  for (const name of ['one', 'two'])
    assert.deepEqual(await tell(await store.create('BackupConfiguration', configuration(name, {}, { ref }))), []);
  const web = await one.target('Deployment', 'web', {});
  const at = (generation: number, more: object = {}) => ({ ...web, metadata: { ...web.metadata, generation, ...more } });
  assert.deepEqual(await tell(at(1)), ['one', 'two']);
  assert.deepEqual(await tell(at(1, { resourceVersion: '99' })), []);
  assert.deepEqual(await tell(at(2)), ['one', 'two']);
  assert.deepEqual(await tell({ ...at(1), metadata: { ...at(1).metadata, name: 'other' } }), []);
  const gone = await store.get('BackupConfiguration', { namespace: 'shop', name: 'two' });
  await store.delete('BackupConfiguration', { namespace: 'shop', name: 'two' });
  await tell(gone as AnyObject);
  await store.delete('Deployment', { namespace: 'shop', name: 'web' });
  assert.deepEqual(await tell(at(2)), ['one']);
});
