import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StashError } from '../../errors/error.ts';
import { conditionOf } from '../conditions.ts';
import { applyBasics, configuration } from '../testing/manifests.ts';
import type { TestOperator } from '../testing/operator.ts';
import { operators } from '../testing/operators.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const ROLLOUT = 'Deployment shop/web has no ready pod with the agent now: pod shop/web-2 is not ready';
const READY = { hosts: async () => ({ hosts: ['host-0'] }), agent: async () => ({ agent: 'targets' }) };
const REPLACED = {
  hosts: async () => ({ hosts: [], awaited: ROLLOUT }),
  agent: () => Promise.reject(new StashError('TargetNotReady', ROLLOUT)),
};
const newOperator = operators();

async function atTick(platform: object): Promise<TestOperator> {
  const one = await newOperator();
  await applyBasics(one.store);
  await one.store.create('BackupConfiguration', configuration('docs'));
  await one.settle();
  Object.assign(one.ctx().platform, platform);
  await one.clock.advance(HOUR);
  await one.settle();
  return one;
}
const sessionOf = async ({ list }: TestOperator) => (await list('BackupSession'))[0];
const stateOf = async (one: TestOperator) => {
  const { phase, reason } = (await sessionOf(one))?.status ?? {};
  return [phase, reason];
};
const become = async (one: TestOperator, platform: object, ms = MINUTE) => {
  Object.assign(one.ctx().platform, platform);
  await one.clock.advance(ms);
  await one.settle();
};

test('a tick that comes while the pods of its target are replaced waits for them, says so, and keeps nobody from the repository', async () => {
  const one = await atTick(REPLACED);
  assert.deepEqual(await stateOf(one), ['Pending', 'TargetNotReady']);
  assert.match((await sessionOf(one))?.status?.message ?? '', /waits for a host: .*pod shop\/web-2 is not ready/);
  assert.deepEqual(one.ctx().gates.sharers({ namespace: 'shop', name: 'repo' }), []);
  assert.equal(await one.settle(), 0, 'nothing is written while it waits');
  await become(one, READY);
  assert.equal((await stateOf(one))[0], 'Succeeded');
  assert.equal(conditionOf((await sessionOf(one))?.status?.conditions, 'BackupTargetFound')?.status, 'True');
});

test('a target that gets no host within ten minutes is not waited for any more, and the reason is told', async () => {
  const one = await atTick(REPLACED);
  await become(one, REPLACED, 9 * MINUTE);
  assert.deepEqual(await stateOf(one), ['Pending', 'TargetNotReady']);
  await become(one, REPLACED, 2 * MINUTE);
  assert.deepEqual(await stateOf(one), ['Failed', 'TargetNotReady']);
  assert.match((await sessionOf(one))?.status?.message ?? '', /pod shop\/web-2 is not ready; it was waited for 10 minutes/);
});

test('a target that wants no pods is answered at once', async () => {
  const one = await atTick({ hosts: async () => ({ hosts: [] }) });
  assert.deepEqual(await stateOf(one), ['Failed', 'NotFound']);
});

test('a pod that is replaced before the order could be given to it is waited for too', async () => {
  const one = await atTick({ ...REPLACED, hosts: READY.hosts });
  assert.equal((await stateOf(one))[0], 'Running');
  const waiting = conditionOf((await sessionOf(one))?.status?.conditions, 'BackupTargetFound');
  assert.deepEqual([waiting?.status, waiting?.message], ['Unknown', ROLLOUT]);
  await become(one, READY);
  assert.equal((await stateOf(one))[0], 'Succeeded');
});

test('a pod that is lost at work is followed by the one that takes its place, when that is ready', async () => {
  const one = await atTick(READY);
  assert.equal((await stateOf(one))[0], 'Succeeded');
  one.agents.script = ({ task }) => (task.type === 'Backup' ? { code: 'AgentLost', message: 'its pod is gone', remedy: '' } : 'Succeeded');
  let asked = 0;
  const lost = { ...READY, agent: async () => (++asked === 1 ? { agent: 'targets' } : REPLACED.agent()) };
  await become(one, lost, HOUR);
  const second = async () => (await one.list('BackupSession')).at(-1)?.status;
  assert.equal((await second())?.phase, 'Running');
  one.agents.script = () => 'Succeeded';
  await become(one, READY);
  assert.equal((await second())?.phase, 'Succeeded');
});

test('a pod that does not come back before the order could be given to it has its host failed', async () => {
  const one = await atTick({ ...REPLACED, hosts: READY.hosts });
  await become(one, REPLACED, 11 * MINUTE);
  assert.deepEqual(await stateOf(one), ['Failed', 'TargetNotReady']);
});
