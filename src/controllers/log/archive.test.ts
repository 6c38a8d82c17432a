import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KindMap } from '../../api/kinds.ts';
import { invokerController } from '../invoker/reconcile.ts';
import { unrecordedLogs } from '../repository/log-records.ts';
import { archivingOperator, logLineOf as line, logTick as tick } from '../testing/archiving.ts';
import { configuration, sessionOf } from '../testing/manifests.ts';
import type { TestOperator } from '../testing/operator.ts';
import { operators } from '../testing/operators.ts';

const MINUTE = 60_000;
const newOperator = operators();

async function archiving(hosts: string[]): Promise<TestOperator> {
  const one = await archivingOperator(hosts, {}, await newOperator());
  return one;
}

const orders = ({ agents }: TestOperator) => agents.begun.filter((id) => id.startsWith('BackupConfiguration'));
const told = async ({ list }: TestOperator) =>
  (await list('Event')).filter(({ reason }) => reason?.startsWith('Log')).map(({ reason, count }) => `${reason} ${count ?? 1}`);
const failed = { namespace: 'shop', name: 'repo', error: { code: 'StorageUnreachable', message: 'no route', remedy: '' } };

test('each tick is one order for each host, without a session, and status says until when the log is stored', async () => {
  const one = await archiving(['db-0', 'db-1']);
  one.agents.roles.set('db-1', { role: 'Replica' });
  await tick(one);
  assert.equal(orders(one).length, 2);
  assert.deepEqual(await one.list('BackupSession'), []);
  const { state, archivedTo, lastUpload, gtid, error, uploads, logs } = (await line(one)) ?? { state: '' };
  assert.deepEqual([state, error, uploads], ['Scheduled', undefined, 1]);
  assert.ok(archivedTo !== undefined && archivedTo === lastUpload && gtid !== undefined);
  assert.deepEqual(
    logs?.map(({ host, role, orderID }) => [host, role, orderID]),
    [
      ['db-0', 'Primary', undefined],
      ['db-1', 'Replica', undefined],
    ],
  );
  assert.equal(await one.settle(), 0);
  await tick(one);
  assert.equal(orders(one).length, 4);
  assert.ok(((await line(one))?.archivedTo ?? '') > archivedTo);
  assert.deepEqual(await told(one), []);
});

test('a host that is still at the last tick gets no second order', async () => {
  const one = await archiving(['db-0']);
  one.agents.script = ({ task }) => (task.type === 'Log' ? undefined : 'Succeeded');
  await tick(one);
  await tick(one);
  await tick(one);
  assert.equal(orders(one).length, 1);
  one.agents.script = () => 'Succeeded';
  await one.settle();
  await tick(one);
  assert.equal(orders(one).length, 2);
});

test('after a time without an operator there is one tick, and not all that were missed', async () => {
  const one = await archiving(['db-0']);
  await tick(one);
  await one.clock.advance(600 * MINUTE);
  await one.restart();
  await one.settle();
  assert.equal(orders(one).length, 2);
});

test('a restarted operator hears of the end of what runs, gives nothing twice, and keeps the repository shared', async () => {
  const one = await archiving(['db-0']);
  one.agents.script = ({ task }) => (task.type === 'Log' ? undefined : 'Succeeded');
  await tick(one);
  await one.restart();
  assert.equal(one.ctx().gates.sharers({ namespace: 'shop', name: 'repo' }).length, 1);
  await one.settle();
  one.agents.script = () => 'Succeeded';
  await one.settle();
  assert.equal(orders(one).length, 1);
  assert.ok((await line(one))?.archivedTo);
  assert.deepEqual(one.ctx().gates.sharers({ namespace: 'shop', name: 'repo' }), []);
});

test('wherever the operator crashes, no tick is archived twice', async () => {
  for (let writes = 0; writes < 6; writes++) {
    const one = await archiving(['db-0']);
    await one.clock.advance(5 * MINUTE);
    one.crashAfter(writes);
    await one.settle().catch(() => undefined);
    await one.restart();
    // What agents report again is looked at the next time.
    await one.settle();
    await one.settle();
    assert.equal(orders(one).length, 1, `after ${writes} writes`);
    assert.ok((await line(one))?.archivedTo, `after ${writes} writes`);
  }
});

test('what fails is in status, told once, and cleared when it works again', async () => {
  const one = await archiving(['db-0']);
  await tick(one);
  const before = (await line(one))?.archivedTo;
  one.agents.logs.set('db-0', { stored: [], complete: [], failed: [failed] });
  await tick(one);
  await tick(one);
  const during = await line(one);
  assert.match(during?.error ?? '', /^db-0, Repository shop\/repo: StorageUnreachable: no route$/);
  assert.equal(during?.archivedTo, before, 'what is not stored everywhere is not said to be');
  one.agents.script = ({ task }) => (task.type === 'Log' ? { code: 'DatabaseUnreachable', message: 'no server', remedy: '' } : 'Succeeded');
  await tick(one);
  assert.match((await line(one))?.error ?? '', /db-0: DatabaseUnreachable: no server/);
  one.agents.script = () => 'Succeeded';
  one.agents.logs.clear();
  await tick(one);
  assert.equal((await line(one))?.error, undefined);
  assert.deepEqual(await told(one), ['LogArchiveFailed 1', 'LogArchiveFailed 1', 'LogArchiveRecovered 1']);
});

test('a hole is told with where it begins and ends, once', async () => {
  const one = await archiving(['db-0']);
  const ended = { reason: 'Hole', message: 'the server has no binlog any more', time: '2026-11-22T10:00:00Z', from: '0-1-5', to: '0-1-9' };
  one.agents.logs.set('db-0', { ended });
  await tick(one);
  await tick(one);
  assert.deepEqual(await told(one), ['LogHole 1']);
  const [event] = await one.list('Event').then((all) => all.filter(({ reason }) => reason === 'LogHole'));
  assert.match(event?.message ?? '', /db-0: Hole: the server has no binlog.*up to GTID 0-1-5, and again from 0-1-9/);
});

test('two hosts that both say they are the primary are named, and so is that there is none', async () => {
  const one = await archiving(['db-0', 'db-1']);
  await tick(one);
  assert.match((await line(one))?.error ?? '', /SeveralPrimaries: db-0 \(series db-0\) and db-1 \(series db-1\) of shop\/Host\/machine/);
  for (const host of ['db-0', 'db-1']) one.agents.roles.set(host, { role: 'Replica' });
  await tick(one);
  assert.match((await line(one))?.error ?? '', /^NoPrimary: /);
});

test('a failover is told what was archived before it', async () => {
  const one = await archiving(['db-0', 'db-1']);
  one.agents.roles.set('db-1', { role: 'Replica' });
  await tick(one);
  one.agents.roles.set('db-0', { role: 'Replica' });
  one.agents.roles.set('db-1', { role: 'Primary' });
  const previous: (string | undefined)[] = [];
  one.agents.script = ({ task }) => {
    if (task.type === 'Log') previous.push(task.previous?.timeline);
    return 'Succeeded';
  };
  await tick(one);
  assert.deepEqual(previous, ['db-0', 'db-0']);
  await tick(one);
  assert.deepEqual(previous.slice(2), ['db-1', 'db-1']);
});

test('a host whose agent does not come is given up after a while, and asked again at the next tick', async () => {
  const one = await archiving(['db-0']);
  one.agents.present.delete('db-0');
  await tick(one);
  await one.clock.advance(2 * MINUTE);
  await one.settle();
  assert.match((await line(one))?.error ?? '', /^db-0: HostSilent: /);
  one.agents.present.add('db-0');
  await tick(one);
  assert.equal((await line(one))?.error, undefined);
});

test('snapshots of logs get into the records, and the older ones of a series go', async () => {
  const one = await archiving(['db-0']);
  one.agents.logs.set('db-0', { log: { timeline: 't', from: '0-1-1', gtid: '', until: '', recent: [] } });
  for (let at = 0; at < 70; at++) await tick(one);
  const place = one.agents.places.get('shop/repo');
  const count = place?.snapshots.length ?? 0;
  assert.ok(count > 0 && count < 20, `${count} are left`);
  const [repository] = await one.list('Repository');
  assert.equal(repository?.status?.unexplained, 0);
  assert.ok(((await line(one))?.logs?.[0]?.unrecorded?.length ?? 0) < 20);
  assert.equal((await line(one))?.uploads, 70);
});

test('a session by hand for a Log alias is one tick now, and ends as that does', async () => {
  const one = await archiving(['db-0', 'db-1']);
  one.agents.roles.set('db-1', { role: 'Replica' });
  const byHand = async (name: string) => {
    await one.store.create('BackupSession', sessionOf(name, { name: 'db' }, { alias: 'log' }));
    await one.settle();
    const { phase, reason, operation } = (await one.list('BackupSession')).find(({ metadata }) => metadata.name === name)?.status ?? {};
    return `${operation?.performed ?? 'nothing'} of ${operation?.requested}: ${phase} ${reason}`;
  };
  assert.equal(await byHand('first'), 'Log of Log: Succeeded LogArchived');
  assert.equal(orders(one).length, 2);
  one.agents.logs.set('db-0', { failed: [failed] });
  assert.equal(await byHand('second'), 'nothing of Log: Failed StorageUnreachable');
  assert.equal(orders(one).length, 4);
  assert.equal(await one.settle(), 0);
});

test('a session by hand wakes its invoker when it may archive the log, after whatever it waited for; others when they begin to wait', async () => {
  const one = await archiving(['db-0']);
  const watch = invokerController('BackupConfiguration', one.ctx()).watches.find(({ kind }) => kind === 'BackupSession');
  assert.ok(watch);
  const woken = async (requested: 'Log' | 'Full', phase: 'Pending' | 'Running') => {
    const session = { ...sessionOf('now', { name: 'db' }), status: { phase, operation: { requested } } };
    return (await (watch.map as (session: unknown) => unknown[])(session)).length;
  };
  assert.deepEqual([await woken('Log', 'Pending'), await woken('Log', 'Running')], [1, 1]);
  assert.deepEqual([await woken('Full', 'Pending'), await woken('Full', 'Running')], [1, 0]);
});

test('a session by hand opens a repository again that could not be used before', async () => {
  const one = await newOperator();
  one.agents.script = ({ task }) =>
    task.type === 'Probe' ? { code: 'StorageUnreachable', message: 'no route', remedy: 'Look for it.' } : 'Succeeded';
  await archivingOperator(['db-0'], {}, one);
  assert.equal((await one.list('Repository'))[0]?.status?.phase, 'NotReady');
  one.agents.script = () => 'Succeeded';
  await one.clock.advance(1_000);
  await one.store.create('BackupSession', sessionOf('now', { name: 'db' }, { alias: 'log' }));
  await one.settle();
  const [session] = await one.list('BackupSession');
  assert.equal(`${session?.status?.phase} ${session?.status?.reason}`, 'Succeeded LogArchived');
});

test('a configuration that goes, or loses its alias, leaves no repository held', async () => {
  for (const change of ['delete', 'alias'] as const) {
    const one = await archiving(['db-0']);
    one.agents.script = ({ task }) => (task.type === 'Log' ? undefined : 'Succeeded');
    await tick(one);
    const held = () => one.ctx().gates.sharers({ namespace: 'shop', name: 'repo' });
    assert.equal(held().length, 1);
    const [object] = await one.list('BackupConfiguration');
    assert.ok(object !== undefined);
    const key = { namespace: 'shop', name: object.metadata.name };
    if (change === 'delete') {
      await one.store.delete('BackupConfiguration', key);
      // Nobody reconciles what a test lists: the watch tells of what is gone.
      const gone = invokerController('BackupConfiguration', one.ctx());
      await gone.reconcile(key, { signal: new AbortController().signal, clock: one.clock, log: one.ctx().log });
    } else {
      const execOps = [{ alias: 'full', schedule: '0 0 1 1 *' }];
      await one.store.replace('BackupConfiguration', { ...object, spec: { ...object.spec, execOps } } as KindMap['BackupConfiguration']);
    }
    await one.settle();
    assert.deepEqual(held(), [], change);
  }
});

test('what is stored while the server cannot be asked counts, and why it cannot is told', async () => {
  const one = await archiving(['db-0']);
  await tick(one);
  const before = await line(one);
  const error = { code: 'DatabaseUnreachable', message: 'connection refused', remedy: '' };
  one.agents.logs.set('db-0', { error });
  await tick(one);
  const after = await line(one);
  assert.equal(after?.uploads, (before?.uploads ?? 0) + 1);
  assert.ok((after?.archivedTo ?? '') > (before?.archivedTo ?? ''));
  assert.equal(after?.error, 'db-0: DatabaseUnreachable: connection refused');
});

test('nothing is cut from the stage of a target that a Repository of another object wants', async () => {
  const one = await archiving(['db-0']);
  const spec = { task: { name: 'physical' }, execOps: [{ alias: 'binlog' }, { alias: 'full' }], repository: { name: 'far' } };
  await one.store.create('BackupConfiguration', configuration('other', spec));
  const wanted: string[] = [];
  one.agents.script = ({ task }) => {
    if (task.type === 'Log') wanted.push(...task.wanted.map(({ name }) => name));
    return 'Succeeded';
  };
  await tick(one);
  assert.deepEqual(wanted, ['repo', 'far']);
});

test('a snapshot of which something could not be read is not recorded as complete', async () => {
  const one = await archiving(['db-0']);
  const repository = { namespace: 'shop', name: 'repo' };
  const stored = [{ repository, snapshotId: 'a'.repeat(64), totalBytes: 1, storedBytes: 1, seconds: 1, incomplete: true }];
  one.agents.logs.set('db-0', { stored, complete: [], failed: [failed] });
  await tick(one);
  const found = (await line(one))?.logs?.[0]?.unrecorded;
  assert.deepEqual(
    found?.map(({ snapshotID, incomplete }) => [snapshotID, incomplete]),
    [['a'.repeat(64), true]],
  );
  assert.deepEqual(
    (await unrecordedLogs(one, repository)).map(({ complete }) => complete),
    [false],
  );
});

test('what an agent says of a Repository that it was not given is not taken', async () => {
  const one = await archiving(['db-0']);
  const repository = { namespace: 'other', name: 'theirs' };
  const stored = [{ repository, snapshotId: 'a'.repeat(64), totalBytes: 1, storedBytes: 1, seconds: 1 }];
  one.agents.logs.set('db-0', { stored, complete: [repository], failed: [] });
  await tick(one);
  const [host] = (await line(one))?.logs ?? [];
  assert.deepEqual([host?.repositories, host?.unrecorded], [[], undefined]);
});
