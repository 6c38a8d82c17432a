import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { archivingOperator, logLineOf, logTick } from '../testing/archiving.ts';
import { sessionOf } from '../testing/manifests.ts';
import type { TestOperator } from '../testing/operator.ts';

const opened: TestOperator[] = [];
after(() => Promise.all(opened.map((one) => one.close())));

async function archiving(hosts: string[], spec: object = {}): Promise<TestOperator> {
  const one = await archivingOperator(hosts, spec);
  opened.push(one);
  return one;
}

async function byHand(one: TestOperator, name: string): Promise<string> {
  await one.store.create('BackupSession', sessionOf(name, { name: 'db' }, { alias: 'log' }));
  await one.settle();
  const { phase, reason } = (await one.list('BackupSession')).find(({ metadata }) => metadata.name === name)?.status ?? {};
  return `${phase} ${reason}`;
}

const DEAD = { code: 'DatabaseUnreachable', message: 'no server', remedy: '' };

/** Its server is dead, and its agent still has what was staged before. */
function dies({ agents, clock }: TestOperator, host: string): void {
  const log = { timeline: host, from: '0-1-1', gtid: '0-1-9', until: clock.now().toISOString(), recent: [] };
  agents.logs.set(host, { error: DEAD, log });
}

test('after a failover the log of the new primary counts, and the dead host only says what it has', async () => {
  const one = await archiving(['db-0', 'db-1']);
  one.agents.roles.set('db-1', { role: 'Replica' });
  await logTick(one);
  const before = (await logLineOf(one))?.archivedTo ?? '';
  dies(one, 'db-0');
  await logTick(one);
  const during = await logLineOf(one);
  assert.deepEqual([during?.archivedTo, during?.error], [before, 'db-0: DatabaseUnreachable: no server'], 'nobody is promoted yet');
  assert.equal(await byHand(one, 'during'), 'Failed DatabaseUnreachable');
  one.agents.roles.delete('db-1');
  await logTick(one);
  const after = await logLineOf(one);
  assert.equal(after?.error, undefined);
  assert.ok((after?.archivedTo ?? '') > before);
  assert.deepEqual(
    after?.logs?.map(({ host, role, errorCode }) => [host, role, errorCode]),
    [
      ['db-0', undefined, 'DatabaseUnreachable'],
      ['db-1', 'Primary', undefined],
    ],
  );
  assert.equal(await byHand(one, 'after'), 'Succeeded LogArchived');
  one.hosts.set('machine', ['db-1']);
  await logTick(one);
  await logTick(one);
  assert.deepEqual(
    (await logLineOf(one))?.logs?.filter(({ timeline }) => timeline !== undefined).map(({ host }) => host),
    ['db-1'],
  );
});

test('so it is where the machine is gone, and its agent with it', async () => {
  const one = await archiving(['db-0', 'db-1']);
  one.agents.roles.set('db-1', { role: 'Replica' });
  await logTick(one);
  one.agents.present.delete('db-0');
  one.agents.roles.delete('db-1');
  await logTick(one);
  await one.clock.advance(120_000);
  await one.settle();
  const { error, archivedTo, logs } = (await logLineOf(one)) ?? {};
  assert.equal(error, undefined);
  assert.deepEqual([logs?.[0]?.errorCode, logs?.[1]?.until], ['HostSilent', archivedTo]);
});

test('a host that comes under another name goes on from what the one before it archived, and is the only primary', async () => {
  const one = await archiving(['p']);
  await logTick(one);
  const before = (await logLineOf(one))?.archivedTo ?? '';
  one.hosts.set('machine', ['db-0']);
  one.agents.present.add('db-0');
  const previous: (string | undefined)[] = [];
  one.agents.script = ({ task }) => {
    if (task.type === 'Log') previous.push(task.previous?.timeline);
    return 'Succeeded';
  };
  await logTick(one);
  await logTick(one);
  const line = await logLineOf(one);
  assert.deepEqual([line?.error, previous], [undefined, ['p', 'db-0']]);
  assert.ok((line?.archivedTo ?? '') > before);
  assert.deepEqual(
    line?.logs?.filter(({ role }) => role !== undefined).map(({ host }) => host),
    ['db-0'],
  );
});

test('what a host that left has stored is said until another goes on, and recorded all the same', async () => {
  const one = await archiving(['p']);
  await logTick(one);
  const before = await logLineOf(one);
  one.hosts.set('machine', ['db-0']);
  one.agents.present.add('db-0');
  one.agents.script = ({ task }) => (task.type === 'Log' ? DEAD : 'Succeeded');
  await logTick(one);
  const { archivedTo, error, logs } = (await logLineOf(one)) ?? {};
  assert.deepEqual([archivedTo, error], [before?.archivedTo, 'db-0: DatabaseUnreachable: no server']);
  assert.deepEqual(
    logs?.map(({ host, role, unrecorded = [] }) => [host, role, unrecorded.length]),
    [
      ['p', undefined, before?.logs?.[0]?.unrecorded?.length],
      ['db-0', undefined, 0],
    ],
  );
});

test('where every host is backed up, one that is silent holds back how far the log is', async () => {
  const one = await archiving(['db-0', 'db-1'], { source: 'All' });
  await logTick(one);
  const before = (await logLineOf(one))?.archivedTo;
  dies(one, 'db-0');
  await logTick(one);
  const { archivedTo, error } = (await logLineOf(one)) ?? {};
  assert.deepEqual([archivedTo, error], [before, 'db-0: DatabaseUnreachable: no server']);
});
