import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostRestoreStats } from '../api/restore-session.ts';
import { StashError } from '../errors/error.ts';
import { applyBasics, batch, configuration, restoreOf } from './testing/manifests.ts';
import type { TestOperator } from './testing/operator.ts';
import { operators } from './testing/operators.ts';

const HOUR = 3_600_000;
const newOperator = operators();

type Work = 'Backup' | 'Restore';
const WORKS: readonly Work[] = ['Backup', 'Restore'];

/** Right before the session of this work begins. */
async function operator(work: Work): Promise<TestOperator> {
  const one = await newOperator();
  await applyBasics(one.store);
  await one.store.create('BackupConfiguration', configuration('docs'));
  await one.settle();
  if (work === 'Restore') {
    await one.clock.advance(HOUR);
    await one.settle();
  }
  return one;
}

async function begin(one: TestOperator, work: Work): Promise<void> {
  if (work === 'Backup') await one.clock.advance(HOUR);
  else await one.store.create('RestoreSession', restoreOf('back', 'docs'));
}

const UNAVAILABLE = new StashError('StoreUnavailable', 'the API server did not answer');
const REFUSED = new StashError('NotFound', 'there is no Host shop/machine');

function withAgent(one: TestOperator, agent: () => Promise<{ agent: string }>): void {
  Object.assign(one.ctx().platform, { agent });
}
const statusOf = async ({ list }: TestOperator, work: Work) => (await list(`${work}Session`))[0]?.status;

for (const work of WORKS) {
  test(`a ${work} whose order cannot be made for a moment is given it later, and has not failed`, async () => {
    const one = await operator(work);
    withAgent(one, () => Promise.reject(UNAVAILABLE));
    await begin(one, work);
    await assert.rejects(one.settle(), UNAVAILABLE);
    assert.equal((await statusOf(one, work))?.phase, 'Running');
    withAgent(one, async () => ({ agent: 'targets' }));
    await one.settle();
    assert.equal((await statusOf(one, work))?.phase, 'Succeeded');
  });

  test(`a ${work} whose order can never be made has failed with the reason`, async () => {
    const one = await operator(work);
    withAgent(one, () => Promise.reject(REFUSED));
    await begin(one, work);
    await one.settle();
    const status = await statusOf(one, work);
    assert.equal(status?.phase, 'Failed');
    assert.match(status?.message ?? '', /there is no Host shop\/machine/);
  });

  test(`a ${work} that has begun does not fail because a new operator cannot make its order again, unless its agent stays silent`, async () => {
    const one = await operator(work);
    one.agents.script = ({ task }) => (task.type === work ? undefined : 'Succeeded');
    await begin(one, work);
    await one.settle();
    await one.restart();
    const turn = one.agents.turn;
    one.agents.turn = async () => false;
    withAgent(one, () => Promise.reject(REFUSED));
    await one.settle();
    assert.equal((await statusOf(one, work))?.phase, 'Running');
    if (work === 'Restore') {
      await one.clock.advance(300_000);
      await one.settle();
      const status = await statusOf(one, work);
      assert.deepEqual([status?.phase, status?.reason], ['Failed', 'AgentLost']);
      assert.match(status?.message ?? '', /for 5 minutes, and its order cannot be made again: NotFound: there is no Host shop\/machine/);
      return;
    }
    one.agents.turn = turn;
    one.agents.script = () => 'Succeeded';
    await one.settle();
    assert.equal((await statusOf(one, work))?.phase, 'Succeeded');
  });
}

for (const work of WORKS)
  test(`a ${work} whose agent cannot take its order yet says what it waits for, and at its deadline why it had not begun`, async () => {
    const one = await operator(work);
    const target = await one.store.get('BackupConfiguration', { namespace: 'shop', name: 'docs' });
    assert.ok(target);
    await one.store.replace('BackupConfiguration', { ...target, spec: { ...target.spec, timeOut: '10m' } });
    await one.settle();
    await (work === 'Backup' ? begin(one, work) : one.store.create('RestoreSession', restoreOf('back', 'docs', { timeOut: '10m' })));
    withAgent(one, async () => ({ agent: 'away' }));
    await one.settle();
    const desk = one.ctx().desk as Parameters<typeof one.agents.turn>[0];
    desk.hindered('away', 'PersistentVolumeClaim shop/files is taken');
    await one.settle();
    const hosts = async () => {
      const status: { targets?: { stats?: HostRestoreStats[] }[]; stats?: HostRestoreStats[] } | undefined = await statusOf(one, work);
      return status?.stats ?? status?.targets?.flatMap(({ stats = [] }) => stats);
    };
    assert.equal((await hosts())?.[0]?.message, 'waits for its agent: PersistentVolumeClaim shop/files is taken');
    await one.clock.advance(660_000);
    await one.settle();
    const [host] = (await hosts()) ?? [];
    assert.deepEqual([host?.phase, host?.errorCode, host?.message], ['Failed', 'DeadlineExceeded', undefined]);
    assert.match(host?.error ?? '', /not begun .*PersistentVolumeClaim shop\/files is taken$/);
  });

test('what one host could not be asked for keeps nothing of the others out of status', async () => {
  const one = await newOperator();
  await applyBasics(one.store);
  await one.store.create('BackupBatch', batch('all', { one: {}, two: {} }, { schedule: '0 * * * *' }));
  await one.settle();
  withAgent(one, (async ({ host }: { host: string }) => {
    if (host === 'two') throw UNAVAILABLE;
    return { agent: 'targets' };
  }) as unknown as () => Promise<{ agent: string }>);
  await one.clock.advance(HOUR);
  await assert.rejects(one.settle(), UNAVAILABLE);
  await one.agents.turn(one.ctx().desk as Parameters<typeof one.agents.turn>[0], one.clock.now());
  await one.agents.turn(one.ctx().desk as Parameters<typeof one.agents.turn>[0], one.clock.now());
  await assert.rejects(one.settle(), UNAVAILABLE);
  const hosts = (await one.list('BackupSession'))[0]?.status?.targets?.flatMap(({ stats = [] }) => stats);
  assert.deepEqual(
    hosts?.map(({ hostname, phase }) => [hostname, phase]),
    [
      ['one', 'Succeeded'],
      ['two', 'Pending'],
    ],
  );
});
