import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupBatch } from '../api/backup-batch.ts';
import type { BackupConfiguration } from '../api/backup-configuration.ts';
import { invokerOf, memberKey, repositoriesOf } from './invoker.ts';

const ref = (name: string) => ({ ref: { apiVersion: 'stash.appscode.com/v1beta1', kind: 'Host', name } });

function batch(spec: object, members: { name: string; spec?: object }[]): BackupBatch {
  const all = members.map((one) => ({ target: ref(one.name), ...one.spec }));
  return {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'BackupBatch',
    metadata: { namespace: 'shop', name: 'all', uid: 'u' },
    spec: { driver: 'Restic', backupHistoryLimit: 1, executionOrder: 'Parallel', repository: { name: 'repo' }, members: all, ...spec },
  } as unknown as BackupBatch;
}

const lines = (object: BackupBatch | BackupConfiguration) =>
  invokerOf(object).operations.map(({ id, schedule, members }) => [id, schedule ?? '', members.map((key) => key.slice(5)).join(' ')]);

const full = { alias: 'full', schedule: '@daily' };
const two = [{ name: 'a' }, { name: 'b' }];

test('the lines of a batch are for all members', () => {
  assert.deepEqual(lines(batch({ execOps: [full] }, two)), [['full', '@daily', 'a b']]);
  assert.deepEqual(lines(batch({ schedule: '@hourly' }, two)), [['backup', '@hourly', 'a b']]);
});

test('a member with the alias and schedule of the batch shares its session', () => {
  assert.deepEqual(lines(batch({ execOps: [full] }, [{ name: 'a', spec: { execOps: [full] } }, { name: 'b' }])), [
    ['full', '@daily', 'a b'],
  ]);
});

test('a member with a schedule of its own leaves the line of the batch', () => {
  const own = { name: 'a', spec: { execOps: [{ alias: 'full', schedule: '@hourly' }] } };
  assert.deepEqual(lines(batch({ execOps: [full] }, [own, { name: 'b' }])), [
    ['full', '@daily', 'b'],
    ['full@Host/a', '@hourly', 'a'],
  ]);
});

test('a member with an alias of its own has it besides those of the batch', () => {
  const own = { name: 'a', spec: { execOps: [{ alias: 'incremental', schedule: '*/15' }] } };
  assert.deepEqual(lines(batch({ execOps: [full] }, [own, { name: 'b' }])), [
    ['full', '@daily', 'a b'],
    ['incremental@Host/a', '*/15', 'a'],
  ]);
});

test('a line that every member left is no line', () => {
  const own = (name: string) => ({ name, spec: { execOps: [{ alias: 'full', schedule: '@hourly' }] } });
  assert.deepEqual(
    lines(batch({ execOps: [full] }, [own('a'), own('b')])).map(([id]) => id),
    ['full@Host/a', 'full@Host/b'],
  );
});

test('a batch without lines has those of its members', () => {
  assert.deepEqual(lines(batch({}, [{ name: 'a', spec: { execOps: [full] } }, { name: 'b' }])), [['full@Host/a', '@daily', 'a']]);
});

test("a member's line differs in pause, type or zone too: it is not the one of the batch", () => {
  for (const more of [{ paused: true }, { type: 'Incremental' }])
    assert.deepEqual(
      lines(batch({ execOps: [full] }, [{ name: 'a', spec: { execOps: [{ ...full, ...more }] } }, { name: 'b' }])).map(([id]) => id),
      ['full', 'full@Host/a'],
    );
  const zoned = { name: 'a', spec: { execOps: [full], timeZone: 'Europe/Berlin' } };
  const found = invokerOf(batch({ execOps: [full], timeZone: 'UTC' }, [zoned, { name: 'b' }])).operations;
  assert.deepEqual(
    found.map(({ id, timeZone }) => [id, timeZone]),
    [
      ['full', 'UTC'],
      ['full@Host/a', 'Europe/Berlin'],
    ],
  );
});

test('an alias is stored in the repositories that name it or name none', () => {
  const repositories = [{ name: 'one' }, { name: 'two', namespace: 'ops', execAlias: ['full'] }, { name: 'three', execAlias: ['log'] }];
  const invoker = invokerOf(batch({ execOps: [full], repository: undefined, repositories }, two));
  assert.deepEqual(repositoriesOf(invoker, 'full'), [
    { namespace: 'shop', name: 'one' },
    { namespace: 'ops', name: 'two' },
  ]);
});

test('members of the same kind and name in two namespaces are two members, and each has its own line', () => {
  const host = (namespace?: string) => ({ ref: { ...ref('a').ref, ...(namespace === undefined ? {} : { namespace }) } });
  const own = { target: host('ops'), execOps: [{ alias: 'full', schedule: '@hourly' }] };
  const invoker = invokerOf(batch({ execOps: [full], members: [{ target: host() }, own] }, []));
  assert.deepEqual(
    invoker.operations.map(({ id, members }) => [id, members]),
    [
      ['full', ['Host/a']],
      ['full@ops/Host/a', ['ops/Host/a']],
    ],
  );
  assert.equal(memberKey(host('shop').ref, 'shop'), 'Host/a', 'the namespace of the invoker goes without saying');
});
