import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyBasics, batch, configuration, sessionOf } from './testing/manifests.ts';
import type { TestOperator } from './testing/operator.ts';
import { operators } from './testing/operators.ts';

const HOUR = 3_600_000;
const operator = operators(({ store }) => applyBasics(store));

const hourly = { alias: 'full', schedule: '@hourly' };
const hosts = async ({ list }: TestOperator) =>
  (await list('BackupSession')).map(({ status }) => (status?.targets ?? []).map(({ ref, phase }) => `${ref?.name} ${phase}`).join(', '));

test('a batch has one session a tick, with a result for each of its members', async () => {
  const one = await operator();
  await one.store.create('BackupBatch', batch('all', { a: {}, b: {} }, { execOps: [hourly] }));
  await one.settle();
  await one.clock.advance(HOUR);
  await one.settle();
  assert.deepEqual(await hosts(one), ['a Succeeded, b Succeeded']);
});

test('a member with a schedule of its own has its own sessions, even at the same tick, and neither line loses one', async () => {
  const one = await operator();
  const own = { execOps: [{ alias: 'full', schedule: '*/30' }] };
  await one.store.create('BackupBatch', batch('all', { a: own, b: {} }, { execOps: [hourly], jitter: '10m', backupHistoryLimit: 20 }));
  await one.settle();
  for (let minute = 0; minute < 130; minute++) {
    await one.clock.advance(60_000);
    await one.settle();
  }
  // From 10:15 to 12:25 with less than 10 minutes of jitter: three ticks on the half hour and two on the hour, and perhaps the last ones.
  const seen = await hosts(one);
  assert.ok(seen.filter((text) => text === 'a Succeeded').length >= 4, seen.join('; '));
  assert.equal(seen.filter((text) => text === 'b Succeeded').length, 2, seen.join('; '));
});

test('members of a sequential batch are backed up in turn, and a failure does not stop the rest', async () => {
  const one = await operator();
  await one.store.create('BackupBatch', batch('all', { a: {}, b: {} }, { execOps: [hourly], executionOrder: 'Sequential' }));
  await one.settle();
  one.agents.script = ({ task }) => (task.type === 'Backup' ? undefined : 'Succeeded');
  await one.clock.advance(HOUR);
  await one.settle();
  assert.deepEqual(await hosts(one), ['a Running, b Pending']);
  const failure = { code: 'PathNotFound', message: 'absent', remedy: '' };
  one.agents.script = ({ task }) => (task.type === 'Backup' && task.host === 'a' ? failure : 'Succeeded');
  await one.settle();
  assert.deepEqual(await hosts(one), ['a Failed, b Succeeded']);
  const [session] = await one.list('BackupSession');
  assert.deepEqual([session?.status?.phase, session?.status?.reason], ['Failed', 'PathNotFound']);
  assert.equal((await one.list('Repository'))[0]?.status?.recorded, 1, 'what b stored is recorded');
});

test('a session by hand is for all members with the alias, for the one that is named, and never for nobody', async () => {
  const one = await operator();
  const own = { execOps: [{ alias: 'full', schedule: '@daily' }] };
  await one.store.create('BackupBatch', batch('all', { a: own, b: {} }, { execOps: [hourly] }));
  await one.settle();
  const kind = 'BackupBatch';
  const asked: [name: string, spec: object, result: string][] = [
    ['everyone', {}, 'a Succeeded, b Succeeded'],
    ['one', { members: ['Host/b'] }, 'b Succeeded'],
    ['nobody', { members: ['Host/c'] }, ''],
  ];
  for (const [name, spec, result] of asked) {
    await one.store.create('BackupSession', sessionOf(name, { kind, name: 'all' }, { alias: 'full', ...spec }));
    await one.settle();
    const session = (await one.list('BackupSession')).find(({ metadata }) => metadata.name === name);
    const targets = (session?.status?.targets ?? []).map(({ ref, phase }) => `${ref?.name} ${phase}`);
    assert.equal(targets.join(', '), result, name);
    if (result === '') assert.match(session?.status?.message ?? '', /Host\/c has no alias "full"; Host\/b, Host\/a do/);
  }
});

test('of two targets with one host name in a repository the older keeps it', async () => {
  const one = await operator();
  await one.store.create('BackupConfiguration', configuration('first', {}, { alias: 'same' }));
  await one.settle();
  await one.clock.advance(1000);
  const other = { alias: 'same', ref: { apiVersion: 'stash.appscode.com/v1beta1', kind: 'Host', name: 'other' } };
  await one.store.create('BackupConfiguration', configuration('second', {}, other));
  await one.settle();
  const phases = async () => (await one.list('BackupConfiguration')).map(({ metadata, status }) => `${metadata.name} ${status?.phase}`);
  assert.deepEqual(await phases(), ['first Ready', 'second Invalid']);
  await one.store.delete('BackupConfiguration', { namespace: 'shop', name: 'first' });
  await one.settle();
  assert.deepEqual(await phases(), ['second Ready']);
});

test('sessions of one target wait for each other, and scheduled ones that wait become one', async () => {
  const one = await operator();
  await one.store.create('BackupConfiguration', configuration('docs', { execOps: [hourly], backupHistoryLimit: 20 }));
  await one.settle();
  one.agents.script = ({ task }) => (task.type === 'Backup' ? undefined : 'Succeeded');
  for (let hour = 0; hour < 4; hour++) {
    await one.clock.advance(HOUR);
    await one.settle();
  }
  const phases = async () => (await one.list('BackupSession')).map(({ status }) => `${status?.phase} ${status?.reason}`);
  assert.deepEqual(await phases(), ['Running Running', 'Pending SlotTaken', 'Skipped Coalesced', 'Skipped Coalesced']);
  one.agents.script = () => 'Succeeded';
  await one.settle();
  assert.deepEqual((await phases()).slice(0, 2), ['Succeeded DataStored', 'Succeeded DataStored']);
});

test('targets of one name in two namespaces are both backed up, each with its own paths', async () => {
  const one = await operator();
  const target = (namespace: string, alias: string) => ({
    target: {
      ref: { apiVersion: 'stash.appscode.com/v1beta1', kind: 'Host', namespace, name: 'machine' },
      alias,
      paths: [`/srv/${alias}`],
    },
  });
  await one.store.create('BackupBatch', batch('all', { a: target('shop', 'a'), b: target('ops', 'b') }, { execOps: [hourly] }));
  await one.settle();
  await one.clock.advance(HOUR);
  await one.settle();
  const [session] = await one.list('BackupSession');
  assert.deepEqual(session?.spec.members, ['Host/machine', 'ops/Host/machine']);
  const stored = (session?.status?.targets ?? []).flatMap(({ stats }) => (stats ?? []).map(({ snapshots }) => snapshots?.[0]?.path));
  assert.deepEqual(stored, ['/srv/a', '/srv/b']);
});
