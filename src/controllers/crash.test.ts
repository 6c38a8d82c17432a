import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyBasics, configuration, restoreOf } from './testing/manifests.ts';
import { Crash, type TestOperator, testOperator } from './testing/operator.ts';

const HOUR = 3_600_000;

/** Runs `work` to its end, with a crash of the operator before the given write. False when it took fewer writes. */
async function withCrash(operator: TestOperator, writes: number): Promise<boolean> {
  operator.crashAfter(writes);
  try {
    await operator.settle();
    await operator.restart();
    return false;
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    await operator.restart();
    // What waits a moment before it looks again.
    for (let minute = 0; minute < 3; minute++) {
      await operator.clock.advance(60_000);
      await operator.settle();
    }
    return true;
  }
}

function assertOnce(ids: readonly string[]): void {
  assert.deepEqual(
    ids.filter((id, at) => ids.indexOf(id) !== at),
    [],
    'an order was begun twice',
  );
}

test('a backup survives a crash of the operator before any of its writes: one session, one snapshot, recorded', async () => {
  for (let writes = 0, crashed = true; crashed; writes++) {
    const operator = await testOperator();
    const { store, clock, agents, settle, list } = operator;
    await applyBasics(store, ['repo', 'second']);
    const repositories = [{ name: 'repo' }, { name: 'second' }];
    await store.create('BackupConfiguration', configuration('docs', { repository: undefined, repositories }));
    await settle();
    await clock.advance(HOUR);
    crashed = await withCrash(operator, writes);
    const at = `crash before write ${writes}`;
    const sessions = await list('BackupSession');
    assert.equal(sessions.length, 1, at);
    assert.equal(sessions[0]?.status?.phase, 'Succeeded', `${at}: ${sessions[0]?.status?.message}`);
    assert.equal(sessions[0]?.status?.conditions?.find(({ type }) => type === 'SnapshotsRecorded')?.status, 'True', at);
    for (const repository of await list('Repository')) {
      assert.equal(repository.status?.recorded, 1, at);
      assert.equal(repository.status?.maintenance?.phase, 'Succeeded', at);
    }
    for (const place of agents.places.values()) assert.equal(place.snapshots.length, 1, at);
    assertOnce(agents.begun);
    assert.equal(await settle(), 0, `${at}: it does not come to rest`);
    assert.deepEqual(operator.ctx().gates.sharers({ namespace: 'shop', name: 'repo' }), [], at);
    await operator.close();
    assert.ok(writes < 100);
  }
});

test('a restore survives a crash of the operator before any of its writes, and is done once', async () => {
  for (let writes = 0, crashed = true; crashed; writes++) {
    const operator = await testOperator();
    const { store, clock, agents, settle, list } = operator;
    await applyBasics(store);
    await store.create('BackupConfiguration', configuration('docs'));
    await settle();
    await clock.advance(HOUR);
    await settle();
    await store.create('RestoreSession', restoreOf('back', 'docs'));
    crashed = await withCrash(operator, writes);
    const [restore] = await list('RestoreSession');
    assert.equal(restore?.status?.phase, 'Succeeded', `crash before write ${writes}: ${restore?.status?.message}`);
    assertOnce(agents.begun);
    assert.equal(await settle(), 0);
    await operator.close();
    assert.ok(writes < 100);
  }
});

test('a configuration that is deleted at work leaves no order, no session and no gate behind, wherever the operator crashes', async () => {
  for (let writes = 0, crashed = true; crashed; writes++) {
    const operator = await testOperator();
    const { store, clock, agents, settle, list } = operator;
    await applyBasics(store);
    await store.create('BackupConfiguration', configuration('docs'));
    await settle();
    agents.script = ({ task }) => (task.type === 'Backup' ? undefined : 'Succeeded');
    await clock.advance(HOUR);
    await settle();
    assert.equal((await list('BackupSession'))[0]?.status?.phase, 'Running');
    await store.delete('BackupConfiguration', { namespace: 'shop', name: 'docs' });
    crashed = await withCrash(operator, writes);
    assert.deepEqual(await list('BackupSession'), [], `crash before write ${writes}`);
    assert.equal(operator.ctx().desk.ended({ namespace: 'shop', name: 'repo' }).length, 0);
    assert.deepEqual(operator.ctx().gates.sharers({ namespace: 'shop', name: 'repo' }), []);
    await operator.close();
    assert.ok(writes < 50);
  }
});
