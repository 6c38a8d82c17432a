import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentDesk } from '../orders/desk.ts';
import { applyBasics, configuration, restoreOf } from './testing/manifests.ts';
import type { TestOperator } from './testing/operator.ts';
import { operators } from './testing/operators.ts';

const HOUR = 3_600_000;
const newOperator = operators();

/** With an agent that is at work on this when the operator is replaced by another, which it polls before any controller has run. */
async function restartedAtWork(work: 'Backup' | 'Restore'): Promise<TestOperator> {
  const one = await newOperator();
  await applyBasics(one.store);
  await one.store.create('BackupConfiguration', configuration('docs'));
  await one.settle();
  const goesOn = () => {
    one.agents.script = ({ task }) => (task.type === work ? undefined : 'Succeeded');
  };
  if (work === 'Backup') goesOn();
  await one.clock.advance(HOUR);
  await one.settle();
  if (work === 'Restore') {
    goesOn();
    await one.store.create('RestoreSession', restoreOf('back', 'docs'));
    await one.settle();
  }
  await one.restart();
  await one.agents.turn(desk(one), one.clock.now());
  return one;
}

const desk = (one: TestOperator) => one.ctx().desk as AgentDesk;
const LOST = { code: 'AgentLost', message: 'pod shop/web-0 is gone', remedy: '' };
const begun = ({ agents }: TestOperator) => agents.begun.filter((id) => !id.startsWith('Repository') && !id.endsWith('.list'));

test('an agent that polls a new operator before the controllers run is looked after again; when it is lost the backup is repeated', async () => {
  const one = await restartedAtWork('Backup');
  assert.deepEqual(desk(one).busyAgents(), []);
  await one.settle();
  assert.deepEqual(desk(one).busyAgents(), ['targets']);
  assert.equal(begun(one).length, 1, 'it got nothing twice');
  one.agents.script = () => 'Succeeded';
  desk(one).refuse('targets', LOST);
  await one.settle();
  assert.equal((await one.list('BackupSession'))[0]?.status?.phase, 'Succeeded');
  assert.equal(begun(one).length, 2);
});

test('a restore whose agent is lost after the operator was replaced has failed, and is not begun again', async () => {
  const one = await restartedAtWork('Restore');
  await one.settle();
  assert.deepEqual(desk(one).busyAgents(), ['targets']);
  desk(one).refuse('targets', LOST);
  await one.settle();
  const status = (await one.list('RestoreSession'))[0]?.status;
  assert.deepEqual([status?.phase, status?.reason], ['Failed', 'AgentLost']);
  assert.equal(begun(one).filter((id) => id.startsWith('RestoreSession')).length, 1);
});

test('a restore that had begun is not said to have left its destination alone, although its agent is kept away since', async () => {
  const one = await newOperator();
  await applyBasics(one.store);
  await one.store.create('BackupConfiguration', configuration('docs'));
  await one.settle();
  await one.clock.advance(HOUR);
  await one.settle();
  one.agents.script = ({ task }) => (task.type === 'Restore' ? undefined : 'Succeeded');
  await one.store.create('RestoreSession', restoreOf('back', 'docs', { timeOut: '1m' }));
  await one.settle();
  await one.restart();
  one.agents.turn = async () => false;
  await one.settle();
  desk(one).hindered('targets', 'pod shop/web-0 cannot be scheduled');
  await one.clock.advance(60_000);
  await one.settle();
  const status = (await one.list('RestoreSession'))[0]?.status;
  assert.equal(status?.reason, 'DeadlineExceeded');
  assert.match(status?.message ?? '', /was stopped; the destination may hold a part of the data/);
});

for (const work of ['Backup', 'Restore'] as const)
  test(`an agent at work on a ${work} goes on where its order cannot be made again`, async () => {
    const one = await restartedAtWork(work);
    await one.store.delete('Secret', { namespace: 'shop', name: 'storage' });
    await one.settle();
    const [session] = await one.list(`${work}Session`);
    assert.equal(session?.status?.phase, 'Running');
    assert.deepEqual(desk(one).busyAgents(), []);
    one.agents.script = () => 'Succeeded';
    await one.agents.turn(desk(one), one.clock.now());
    await one.settle();
    assert.notEqual((await one.list(`${work}Session`))[0]?.status?.phase, 'Running');
  });
