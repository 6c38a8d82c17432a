import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyBasics, configuration, restoreBatchOf, restoreOf } from './testing/manifests.ts';
import type { TestOperator } from './testing/operator.ts';
import { operators } from './testing/operators.ts';

const HOUR = 3_600_000;
const newOperator = operators();

/** With two backups of `docs`. */
async function operator(): Promise<TestOperator> {
  const one = await newOperator();
  await applyBasics(one.store);
  await one.store.create('BackupConfiguration', configuration('docs', { retentionPolicy: { name: 'keep', keepLast: 1, prune: true } }));
  await one.settle();
  await one.clock.advance(HOUR);
  await one.settle();
  return one;
}

const restoreIn = async ({ list }: TestOperator) => (await list('RestoreSession'))[0];

test('a restore settles its snapshots by full id before it begins, and says what was restored', async () => {
  const one = await operator();
  await one.store.create('RestoreSession', restoreOf('back', 'docs'));
  await one.settle();
  const restore = await restoreIn(one);
  assert.equal(restore?.status?.phase, 'Succeeded', restore?.status?.message);
  assert.match(restore?.status?.plan?.[0]?.snapshots[0]?.id ?? '', /^[0-9a-f]{64}$/);
  assert.deepEqual(restore?.status?.stats?.[0]?.restored, { files: 3, bytes: 30 });
  assert.equal(await one.settle(), 0);
});

test('the plan has the size of whole snapshots, and none for a part of one', async () => {
  const one = await operator();
  for (const snapshot of one.agents.places.get('shop/repo')?.snapshots ?? []) snapshot.bytesProcessed = 4711;
  await one.store.create('RestoreSession', restoreOf('back', 'docs'));
  await one.settle();
  const [whole] = (await restoreIn(one))?.status?.plan?.[0]?.snapshots ?? [];
  assert.equal(whole?.bytes, 4711);
  const part = `${whole?.paths?.[0]}/part`;
  await one.store.delete('RestoreSession', { namespace: 'shop', name: 'back' });
  await one.settle();
  const { target } = restoreOf('part', 'docs').spec;
  await one.store.create('RestoreSession', restoreOf('part', 'docs', { target: { ...target, paths: [part] } }));
  await one.settle();
  const [narrowed] = (await restoreIn(one))?.status?.plan?.[0]?.snapshots ?? [];
  assert.deepEqual(narrowed?.paths, [part]);
  assert.equal(narrowed?.bytes, undefined);
});

const REFUSED: [why: string, alias: string, spec: object, phase: string, says: RegExp][] = [
  ['a host without snapshots', 'other', {}, 'Invalid', /"other"; the repository has docs/],
  ['a snapshot that is not there', 'docs', { pointInTime: { snapshot: 'ffffffff' } }, 'Invalid', /"ffffffff" is no snapshot/],
  [
    'a point in time of files',
    'docs',
    { pointInTime: { time: '2026-11-22T10:00:00Z' } },
    'Invalid',
    /files cannot restore to a point in time/,
  ],
  ['a function that cannot restore', 'docs', { task: { name: 'absent' } }, 'Invalid', /"absent"/],
  ['a repository that is not there', 'docs', { repository: { name: 'absent' } }, 'Invalid', /no Repository shop\/absent/],
  ['a repository of another namespace', 'docs', { repository: { name: 'repo', namespace: 'ops' } }, 'Invalid', /ops\/repo/],
];
for (const [why, alias, spec, phase, says] of REFUSED)
  test(`a restore of ${why} is ${phase}, and nothing is touched`, async () => {
    const one = await operator();
    await one.store.create('RestoreSession', restoreOf('back', alias, spec));
    await one.settle();
    const restore = await restoreIn(one);
    assert.equal(restore?.status?.phase, phase);
    assert.match(restore?.status?.message ?? '', says);
    assert.deepEqual(one.ctx().gates.sharers({ namespace: 'shop', name: 'repo' }), []);
  });

test('maintenance waits for a restore, and leaves what it restores alone', async () => {
  const one = await operator();
  const planned = one.agents.places.get('shop/repo')?.snapshots[0]?.id ?? '';
  one.agents.script = ({ task }) => (task.type === 'Restore' ? undefined : 'Succeeded');
  await one.store.create('RestoreSession', restoreOf('back', 'docs'));
  await one.settle();
  assert.equal((await restoreIn(one))?.status?.phase, 'Running');
  await one.clock.advance(HOUR);
  await one.settle();
  assert.ok(one.agents.places.get('shop/repo')?.snapshots.some(({ id }) => id === planned));
  one.agents.script = () => 'Succeeded';
  await one.settle();
  assert.equal((await restoreIn(one))?.status?.phase, 'Succeeded');
  await one.clock.advance(60_000);
  await one.settle();
  const sessions = await one.list('BackupSession');
  assert.ok(sessions.every(({ status }) => status?.phase === 'Succeeded'));
});

test('a restore whose agent was killed has failed: what it had begun is not begun again by itself', async () => {
  const one = await operator();
  one.agents.script = ({ task }) => (task.type === 'Restore' ? undefined : 'Succeeded');
  await one.store.create('RestoreSession', restoreOf('back', 'docs'));
  await one.settle();
  one.agents.kill();
  await one.settle();
  const restore = await restoreIn(one);
  assert.deepEqual([restore?.status?.phase, restore?.status?.reason], ['Failed', 'AgentLost']);
  assert.equal(one.agents.begun.filter((id) => id.startsWith('RestoreSession') && !id.endsWith('.list')).length, 1);
});

test('a restore that is deleted at work is stopped first', async () => {
  const one = await operator();
  one.agents.script = ({ task }) => (task.type === 'Restore' ? undefined : 'Succeeded');
  await one.store.create('RestoreSession', restoreOf('back', 'docs'));
  await one.settle();
  await one.store.delete('RestoreSession', { namespace: 'shop', name: 'back' });
  await one.settle();
  assert.deepEqual(await one.list('RestoreSession'), []);
  assert.deepEqual(one.ctx().gates.sharers({ namespace: 'shop', name: 'repo' }), []);
});

test('a restore that comes after the storage is back does not fail for what was before', async () => {
  const one = await operator();
  one.agents.script = ({ task }) =>
    task.type === 'Probe' ? { code: 'StorageUnreachable', message: 'no answer', remedy: '' } : 'Succeeded';
  await one.clock.advance(7 * HOUR);
  await one.settle();
  assert.equal((await one.list('Repository'))[0]?.status?.phase, 'NotReady');
  one.agents.script = () => 'Succeeded';
  await one.clock.advance(2_000);
  await one.store.create('RestoreSession', restoreOf('back', 'docs'));
  await one.settle();
  assert.equal((await restoreIn(one))?.status?.phase, 'Succeeded');
});

test('the restores of a batch are kept with it, and go with it', async () => {
  const one = await operator();
  await one.store.create('RestoreBatch', restoreBatchOf('all', { docs: {} }));
  await one.store.create('RestoreSession', restoreOf('alone', 'docs'));
  await one.settle();
  assert.equal((await one.list('RestoreSession')).length, 2);
  await one.store.delete('RestoreBatch', { namespace: 'shop', name: 'all' });
  await one.settle();
  assert.deepEqual(
    (await one.list('RestoreSession')).map(({ metadata }) => metadata.name),
    ['alone'],
  );
});
