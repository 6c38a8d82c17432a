import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentDesk } from '../../orders/desk.ts';
import type { RepositoryTask } from '../../orders/order.ts';
import { applyBasics, configuration, restoreOf } from '../testing/manifests.ts';
import type { TestOperator } from '../testing/operator.ts';
import { operators } from '../testing/operators.ts';

const HOUR = 3_600_000;
const LOST = { code: 'AgentLost', message: 'its node is gone', remedy: '' };
const REPOSITORY = { namespace: 'shop', name: 'repo' };
const newOperator = operators();
const desk = (one: TestOperator) => one.ctx().desk as AgentDesk;

/** With the repository's agent at work on this; all else that agents are told succeeds. */
async function atWork(work: RepositoryTask['type']): Promise<TestOperator> {
  const one = await newOperator();
  const { store, agents, clock, settle } = one;
  const begin = () => {
    agents.script = ({ task }) => (task.type === work ? undefined : 'Succeeded');
  };
  if (work === 'Probe') begin();
  await applyBasics(store);
  await settle();
  if (work === 'Probe') return one;
  if (work === 'Survey' || work === 'Maintain') begin();
  await store.create('BackupConfiguration', configuration('docs'));
  await settle();
  await clock.advance(HOUR);
  await settle();
  begin();
  if (work === 'List') await store.create('RestoreSession', restoreOf('back', 'docs'));
  if (work === 'Wipe') {
    await store.delete('BackupConfiguration', { namespace: 'shop', name: 'docs' });
    await settle();
    const repository = await store.get('Repository', REPOSITORY);
    assert.ok(repository);
    await store.replace('Repository', { ...repository, spec: { ...repository.spec, wipeOut: true } });
    await store.delete('Repository', REPOSITORY);
  }
  await settle();
  return one;
}

/** How often the orders of this work were begun since. */
const BEGUN = { Probe: 2, List: 2, Survey: 1, Maintain: 1, Wipe: 1 } as const;

for (const [work, begun] of Object.entries(BEGUN) as [keyof typeof BEGUN, number][])
  test(`an agent that is lost at ${work} after the operator was replaced is noticed at once, and the order ${begun === 2 ? 'given once more' : 'has failed'}`, async () => {
    const one = await atWork(work);
    const known = new Set(one.agents.begun);
    await one.restart();
    await one.agents.turn(desk(one), one.clock.now());
    await one.settle();
    assert.deepEqual(desk(one).busyAgents(), ['repositories']);
    assert.equal(one.agents.begun.length, known.size, 'it got nothing twice');
    one.agents.script = () => 'Succeeded';
    const before = one.agents.begun.length;
    desk(one).refuse('repositories', LOST);
    await one.settle();
    const again = one.agents.begun.slice(before);
    assert.equal(
      again.some((id) => id.endsWith('.again')),
      begun === 2,
      again.join(' '),
    );
    const repository = await one.store.get('Repository', REPOSITORY);
    if (work === 'Wipe') assert.equal(repository, undefined, 'the removal is tried again by itself');
    else if (work === 'Maintain' || work === 'Survey') assert.equal(repository?.status?.maintenance?.error?.code, 'AgentLost');
    else if (work === 'List') assert.equal((await one.list('RestoreSession'))[0]?.status?.phase, 'Succeeded');
    else assert.equal(repository?.status?.phase, 'Ready');
  });

test('an order that loses its agent twice has failed', async () => {
  const one = await atWork('List');
  one.agents.script = ({ task }) => (task.type === 'List' ? LOST : 'Succeeded');
  await one.settle();
  const status = (await one.list('RestoreSession'))[0]?.status;
  assert.deepEqual([status?.phase, status?.reason], ['Failed', 'AgentLost']);
  assert.equal(one.agents.begun.filter((id) => id.includes('.list')).length, 2);
});

for (const change of ['spec', 'secret'] as const)
  test(`a repository whose ${change} changes while it is opened is opened anew, and what was under way is stopped`, async () => {
    const one = await atWork('Probe');
    const { store } = one;
    if (change === 'secret') {
      const secret = await store.get('Secret', { namespace: 'shop', name: 'storage' });
      assert.ok(secret);
      await store.replace('Secret', { ...secret, data: { RESTIC_PASSWORD: Buffer.from('another').toString('base64') } });
    } else {
      const repository = await store.get('Repository', REPOSITORY);
      assert.ok(repository);
      const backend = { ...repository.spec.backend, local: { mountPath: '/srv/elsewhere' } };
      await store.replace('Repository', { ...repository, spec: { ...repository.spec, backend } });
    }
    await one.settle();
    const [outdated = '', ...more] = one.agents.begun;
    assert.equal(more.length, 1);
    assert.notEqual(desk(one).report(outdated)?.state, 'Running', 'it goes on beside the new one');
    one.agents.script = () => 'Succeeded';
    await one.settle();
    assert.equal((await store.get('Repository', REPOSITORY))?.status?.phase, 'Ready');
    assert.equal(desk(one).report(outdated), undefined, 'nobody asks for it any more');
  });

test('a repository whose secret goes while it is opened is not opened any more', async () => {
  const one = await atWork('Probe');
  await one.store.delete('Secret', { namespace: 'shop', name: 'storage' });
  await one.settle();
  assert.notEqual(desk(one).report(one.agents.begun[0] ?? '')?.state, 'Running');
});
