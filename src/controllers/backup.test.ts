import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyBasics, configuration } from './testing/manifests.ts';
import { operators } from './testing/operators.ts';

const HOUR = 3_600_000;
const operator = operators();

test('a tick makes one session; its snapshot is stored, recorded and counted, and then nothing is written any more', async () => {
  const { store, clock, agents, settle, list } = await operator();
  await applyBasics(store);
  await store.create('BackupConfiguration', configuration('docs'));
  await settle();
  assert.equal((await list('BackupSession')).length, 0);
  await clock.advance(HOUR);
  await settle();
  const [session, ...others] = await list('BackupSession');
  assert.equal(others.length, 0);
  assert.equal(session?.status?.phase, 'Succeeded');
  assert.equal(session?.status?.conditions?.find(({ type }) => type === 'SnapshotsRecorded')?.status, 'True');
  const [repository] = await list('Repository');
  assert.equal(repository?.status?.recorded, 1);
  assert.equal(agents.places.get('shop/repo')?.snapshots.length, 1);
  assert.equal(await settle(), 0);
  const [docs] = await list('BackupConfiguration');
  assert.equal(docs?.status?.phase, 'Ready');
  assert.equal(docs?.status?.execOps?.[0]?.lastSuccessfulSession, session?.metadata.name);
});

test('maintenance keeps what the policy keeps, and only what is recorded may go', async () => {
  const { store, clock, agents, settle, list } = await operator();
  await applyBasics(store);
  await store.create('BackupConfiguration', configuration('docs', { backupHistoryLimit: 1 }));
  await settle();
  const foreign = { id: 'e'.repeat(64), time: '2026-11-01T00:00:00Z', host: 'docs', paths: ['/srv/data'], tags: [], tree: 'x' };
  for (let hour = 0; hour < 4; hour++) {
    agents.places.get('shop/repo')?.snapshots.push(...(hour === 1 ? [foreign] : []));
    await clock.advance(HOUR);
    await settle();
  }
  const place = agents.places.get('shop/repo');
  assert.deepEqual(place?.snapshots.map(({ id }) => id.slice(0, 8)).sort(), ['00000003', '00000004', 'eeeeeeee']);
  const [repository] = await list('Repository');
  assert.deepEqual([repository?.status?.recorded, repository?.status?.unexplained], [2, 1]);
  assert.equal((await list('BackupSession')).length, 1, 'the history is cut');
});

test('a clock that is set ahead a day and back loses no record, repeats no maintenance and blocks nothing', async () => {
  const { store, clock, agents, settle, list } = await operator();
  await applyBasics(store);
  await store.create(
    'BackupConfiguration',
    configuration('docs', { backupHistoryLimit: 10, retentionPolicy: { name: 'all', keepLast: 50 } }),
  );
  await settle();
  const maintained = () => agents.begun.filter((id) => id.includes('maintain')).length;
  for (const jump of [0, 24 * HOUR, -24 * HOUR]) {
    clock.jump(jump);
    await settle();
    for (let hour = 0; hour < 2; hour++) {
      const before = { count: (await list('BackupSession')).length, maintained: maintained() };
      await store.create('BackupSession', {
        apiVersion: 'stash.appscode.com/v1beta1',
        kind: 'BackupSession',
        metadata: { namespace: 'shop', name: `by-hand-${before.count}` },
        spec: { invoker: { kind: 'BackupConfiguration', name: 'docs' } },
      });
      await settle();
      const mine = (await list('BackupSession')).find(({ metadata }) => metadata.name === `by-hand-${before.count}`);
      assert.equal(mine?.status?.phase, 'Succeeded', mine?.status?.message);
      assert.equal(mine?.status?.conditions?.find(({ type }) => type === 'SnapshotsRecorded')?.status, 'True');
      assert.equal(maintained(), before.maintained + 1);
      await clock.advance(60_000);
    }
  }
  const [repository] = await list('Repository');
  assert.equal(repository?.status?.recorded, agents.places.get('shop/repo')?.snapshots.length);
  assert.equal(repository?.status?.unexplained, 0);
});

test('a repository that could not be opened before the clock was set back is opened for the next session', async () => {
  const { store, clock, agents, settle, list } = await operator();
  await applyBasics(store);
  agents.script = ({ task }) => (task.type === 'Probe' ? { code: 'StorageUnreachable', message: 'no answer', remedy: '' } : 'Succeeded');
  clock.jump(24 * HOUR);
  await store.create('BackupConfiguration', configuration('docs'));
  await settle();
  assert.equal((await list('Repository'))[0]?.status?.phase, 'NotReady');
  agents.script = () => 'Succeeded';
  clock.jump(-24 * HOUR);
  await settle();
  assert.equal((await list('Repository'))[0]?.status?.phase, 'Ready');
});

test('of two repositories one that cannot be used keeps nothing from the other, and the session says which has it', async () => {
  const { store, clock, agents, settle, list } = await operator();
  await applyBasics(store, ['repo', 'away']);
  const away = { code: 'StorageUnreachable', message: 'no answer', remedy: 'Look after it.' };
  agents.script = ({ task }) => (task.type === 'Probe' && task.repository.name === 'away' ? away : 'Succeeded');
  await store.create(
    'BackupConfiguration',
    configuration('docs', { repository: undefined, repositories: [{ name: 'repo' }, { name: 'away' }] }),
  );
  await settle();
  await clock.advance(HOUR);
  await settle();
  const [session] = await list('BackupSession');
  assert.deepEqual([session?.status?.phase, session?.status?.reason], ['Failed', 'StoredPartly'], session?.status?.message);
  const { repositories = [] } = session?.status?.targets?.[0]?.stats?.[0] ?? {};
  assert.deepEqual(
    repositories.map(({ name, phase, errorCode }) => [name, phase, errorCode]),
    [
      ['repo', 'Stored', undefined],
      ['away', 'Failed', 'StorageUnreachable'],
    ],
  );
  const condition = session?.status?.conditions?.find(({ type }) => type === 'BackendRepositoryInitialized');
  assert.deepEqual([condition?.status, condition?.reason], ['False', 'StorageUnreachable']);
  assert.deepEqual([agents.places.get('shop/repo')?.snapshots.length, agents.places.get('shop/away')?.snapshots.length ?? 0], [1, 0]);
  agents.script = () => 'Succeeded';
  await clock.advance(HOUR);
  await settle();
  assert.equal((await list('BackupSession')).at(-1)?.status?.phase, 'Succeeded');
  assert.equal(agents.places.get('shop/away')?.snapshots.length, 1);
});

test('a failed session is repeated as often as it may be, each time by a session of its own', async () => {
  const { store, clock, agents, settle, list } = await operator();
  await applyBasics(store);
  const retryConfig = { maxRetry: 2, delay: '5m' };
  await store.create('BackupConfiguration', configuration('docs', { retryConfig, backupHistoryLimit: 10 }));
  await settle();
  agents.script = ({ task }) =>
    task.type === 'Backup' ? { code: 'PathNotFound', message: '/srv/data is absent', remedy: '' } : 'Succeeded';
  await clock.advance(HOUR);
  await settle();
  const retries = async () => (await list('BackupSession')).map(({ spec, status }) => `${spec.trigger} ${spec.retryLeft} ${status?.phase}`);
  assert.deepEqual(await retries(), ['MissedRun 2 Failed']);
  for (let round = 0; round < 4; round++) {
    await clock.advance(300_000);
    await settle();
  }
  assert.deepEqual((await retries()).sort(), ['MissedRun 2 Failed', 'Retry 0 Failed', 'Retry 1 Failed']);
  assert.equal(new Set((await list('BackupSession')).map(({ metadata }) => metadata.name)).size, 3);
});

test('an agent that is killed at work gets the order once more, and then the session has failed', async () => {
  const { store, clock, agents, settle, list } = await operator();
  await applyBasics(store);
  await store.create('BackupConfiguration', configuration('docs'));
  await settle();
  agents.script = ({ task }) => (task.type === 'Backup' ? undefined : 'Succeeded');
  await clock.advance(HOUR);
  for (const left of ['Running', 'Failed']) {
    await settle();
    agents.kill();
    await settle();
    const [session] = await list('BackupSession');
    assert.equal(session?.status?.phase, left);
    if (left === 'Failed') assert.equal(session?.status?.reason, 'AgentLost');
  }
});

test('at its deadline a run is stopped, and its session has failed for that reason', async () => {
  const { store, clock, agents, settle, list } = await operator();
  await applyBasics(store);
  await store.create('BackupConfiguration', configuration('docs', { timeOut: '30m' }));
  await settle();
  agents.script = ({ task }) => (task.type === 'Backup' ? undefined : 'Succeeded');
  await clock.advance(HOUR);
  await settle();
  await clock.advance(31 * 60_000);
  await settle();
  const [session] = await list('BackupSession');
  assert.deepEqual([session?.status?.phase, session?.status?.reason], ['Failed', 'DeadlineExceeded']);
  assert.equal(session?.status?.targets?.[0]?.stats?.[0]?.phase, 'Failed');
});

test('a session whose configuration becomes invalid at work is finished all the same', async () => {
  const { store, clock, agents, settle, list } = await operator();
  await applyBasics(store);
  await store.create('BackupConfiguration', configuration('docs'));
  await settle();
  agents.script = ({ task }) => (task.type === 'Backup' ? undefined : 'Succeeded');
  await clock.advance(HOUR);
  await settle();
  const [stored] = await list('BackupConfiguration');
  assert.ok(stored);
  await store.replace('BackupConfiguration', {
    ...stored,
    spec: { ...stored.spec, target: { ...stored.spec.target, paths: ['relative'] } },
  });
  await settle();
  assert.equal((await list('BackupConfiguration'))[0]?.status?.phase, 'Invalid');
  agents.script = () => 'Succeeded';
  await settle();
  assert.equal((await list('BackupSession'))[0]?.status?.phase, 'Succeeded');
});

test('a session that is deleted before its snapshots are recorded stays until they are', async () => {
  const { store, clock, agents, settle, list } = await operator();
  await applyBasics(store);
  await store.create('BackupConfiguration', configuration('docs'));
  await settle();
  agents.script = ({ task }) => (task.type === 'Survey' ? undefined : 'Succeeded');
  await clock.advance(HOUR);
  await settle();
  const [session] = await list('BackupSession');
  assert.equal(session?.status?.phase, 'DataStored');
  await store.delete('BackupSession', { namespace: 'shop', name: session.metadata.name });
  await settle();
  assert.equal((await list('BackupSession')).length, 1);
  agents.kill();
  agents.script = () => 'Succeeded';
  await settle();
  await clock.advance(61_000);
  await settle();
  assert.deepEqual(await list('BackupSession'), []);
  assert.equal((await list('Repository'))[0]?.status?.recorded, 1);
});

test('that the data is stored and that the session has succeeded are two events, and each says what it alone knows', async () => {
  const { store, clock, settle, list } = await operator();
  await applyBasics(store);
  await store.create('BackupConfiguration', configuration('docs'));
  await settle();
  await clock.advance(HOUR);
  await settle();
  const events = await list('Event');
  const message = (reason: string) => events.find((one) => one.reason === reason)?.message ?? '';
  assert.match(message('DataStored'), /^snapshot repo-\w{8}: 10 B, 5 B added$/);
  assert.equal(message('BackupSucceeded'), 'retention: the last cleanup forgot 0 snapshots');
});

test('a configuration that would back up its own repository is invalid and makes no session, until it leaves the repository out', async () => {
  const { store, clock, settle, list } = await operator();
  await applyBasics(store);
  await store.create('BackupConfiguration', configuration('docs', {}, { paths: ['/srv'] }));
  await settle();
  await clock.advance(HOUR);
  await settle();
  const [docs] = await list('BackupConfiguration');
  assert.ok(docs);
  assert.equal(docs.status?.phase, 'Invalid');
  const text = docs.status?.conditions?.find(({ type }) => type === 'ValidationPassed')?.message ?? '';
  assert.match(text, /path "\/srv" of target machine holds its own Repository shop\/repo \(\/srv\/repo\)/);
  assert.deepEqual(await list('BackupSession'), []);
  const target = { ...docs.spec.target, exclude: ['/srv/repo'] };
  await store.replace('BackupConfiguration', { ...docs, spec: { ...docs.spec, target } });
  await settle();
  assert.equal((await list('BackupConfiguration'))[0]?.status?.phase, 'Ready');
});
