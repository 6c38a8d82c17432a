import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { batch } from './testing/manifests.ts';
import type { TestOperator } from './testing/operator.ts';
import { hostsSeen, replicatedOperator } from './testing/replicated.ts';

const opened: TestOperator[] = [];
after(() => Promise.all(opened.map((one) => one.close())));

/** A batch of files, and of a replicated set of which these hosts say that they are the primary, is due. */
async function due(primaries: string[], spec: object = {}): Promise<TestOperator> {
  const one = await replicatedOperator(['db-0', 'db-1']);
  opened.push(one);
  await one.store.delete('BackupConfiguration', { namespace: 'shop', name: 'db' });
  one.hosts.set('set', ['db-0', 'db-1']);
  for (const host of ['db-0', 'db-1']) one.agents.roles.set(host, { role: primaries.includes(host) ? 'Primary' : 'Replica' });
  const hooks = { preBackup: { exec: { command: ['quiesce'] } } };
  const members = { docs: {}, set: { task: { name: 'physical' }, hooks } };
  await one.store.create('BackupBatch', batch('all', members, { schedule: '0 * * * *', ...spec }));
  await one.settle();
  await one.clock.advance(3_600_000);
  await one.settle();
  return one;
}

test('in a batch each member has its own source: files as ever, of a replicated set the primary', async () => {
  const one = await due(['db-1'], { executionOrder: 'Sequential' });
  assert.deepEqual(await hostsSeen(one), ['docs Succeeded', 'db-0 Skipped NotPrimary', 'db-1 Succeeded']);
  assert.deepEqual(one.hooks.ran, ['quiesce']);
});

test('a member without a clear primary fails by itself, and is not touched; the others are backed up', async () => {
  const one = await due(['db-0', 'db-1']);
  assert.deepEqual(await hostsSeen(one), ['docs Succeeded', 'db-0 Failed SeveralPrimaries', 'db-1 Failed SeveralPrimaries']);
  assert.deepEqual(one.hooks.ran, []);
  const [session] = await one.list('BackupSession');
  assert.deepEqual([session?.status?.phase, session?.status?.reason], ['Failed', 'SeveralPrimaries']);
});

test('source: Primary of a batch is refused for the member that cannot tell, by its path', async () => {
  const one = await due(['db-0'], { source: 'Primary' });
  const [all] = await one.list('BackupBatch');
  const passed = all?.status?.conditions?.find(({ type }) => type === 'ValidationPassed');
  assert.match(passed?.message ?? '', /spec\.members\[0\]\.source: "Primary", and files cannot/);
});
