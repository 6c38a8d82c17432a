import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Report } from '../orders/report.ts';
import { sessionOf } from './testing/manifests.ts';
import type { TestOperator } from './testing/operator.ts';
import { backupsBegun, hostsSeen, replicatedOperator } from './testing/replicated.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const opened: TestOperator[] = [];
after(() => Promise.all(opened.map((one) => one.close())));

type Says = 'Primary' | 'Replica' | 'absent' | 'lost' | { code: string; message: string };

/** A session is due for hosts db-0, db-1 and so on that say this of themselves. */
async function asked(says: Says[], spec: object = {}): Promise<TestOperator> {
  const hosts = says.map((_, index) => `db-${index}`);
  const one = await replicatedOperator(hosts, spec);
  opened.push(one);
  const errors = new Map<string, Report['error']>();
  for (const [index, said] of says.entries()) {
    const host = `db-${index}`;
    if (said === 'absent') one.agents.present.delete(host);
    else if (said === 'lost') errors.set(host, { code: 'AgentLost', message: 'it ended', remedy: '' });
    else if (typeof said === 'object') errors.set(host, { ...said, remedy: 'Mend it.' });
    else one.agents.roles.set(host, { role: said, evidence: { serverId: index + 1 } });
  }
  one.agents.script = ({ task, id }) => {
    const host = hosts.find((name) => id.includes(`.${name}.`)) ?? '';
    return task.type === 'Role' && errors.has(host) ? errors.get(host) : 'Succeeded';
  };
  await one.clock.advance(HOUR);
  await one.settle();
  return one;
}

const statusOf = async ({ list }: TestOperator) => (await list('BackupSession'))[0]?.status;
const warnings = async ({ list }: TestOperator) =>
  (await list('Event')).filter(({ type, reason }) => type === 'Warning' && reason !== 'RunsMissed').map(({ reason }) => reason);
const snapshotHosts = ({ agents }: TestOperator) => agents.places.get('shop/repo')?.snapshots.map(({ host }) => host);

test('of three hosts the primary alone is backed up, replicas are skipped, and nobody is warned', async () => {
  const one = await asked(['Replica', 'Primary', 'Replica']);
  const status = await statusOf(one);
  assert.equal(status?.phase, 'Succeeded', status?.message);
  assert.deepEqual(await hostsSeen(one), ['db-0 Skipped NotPrimary', 'db-1 Succeeded', 'db-2 Skipped NotPrimary']);
  assert.deepEqual(
    status?.targets?.[0]?.stats?.map(({ role, evidence }) => [role, evidence]),
    [1, 2, 3].map((serverId) => [serverId === 2 ? 'Primary' : 'Replica', { serverId }]),
  );
  assert.equal(backupsBegun(one).length, 1);
  assert.deepEqual(snapshotHosts(one), ['db-1']);
  assert.ok(one.agents.places.get('shop/repo')?.snapshots[0]?.tags.includes('stash.source=Primary'));
  assert.deepEqual(await warnings(one), []);
  assert.equal(await one.settle(), 0);
});

test('without any primary the session fails before a host was touched, and says what each has said', async () => {
  const one = await asked(['Replica', 'Replica']);
  const status = await statusOf(one);
  assert.deepEqual([status?.phase, status?.reason], ['Failed', 'NoPrimary']);
  assert.match(
    status?.message ?? '',
    /Host\/machine: none of its 2 hosts is the primary: db-0 is a replica \(serverId=1\); db-1 is a replica/,
  );
  assert.match(status?.message ?? '', /source: All/);
  assert.deepEqual(await hostsSeen(one), ['db-0 Failed NoPrimary', 'db-1 Failed NoPrimary']);
  assert.deepEqual(backupsBegun(one), []);
  assert.ok((await warnings(one)).includes('NoPrimary'));
});

test('with two primaries the session fails with the evidence of each', async () => {
  const one = await asked(['Primary', 'Replica', 'Primary']);
  const status = await statusOf(one);
  assert.deepEqual([status?.phase, status?.reason], ['Failed', 'SeveralPrimaries']);
  assert.match(
    status?.message ?? '',
    /2 of its hosts.*db-0 is a primary \(serverId=1\); db-1 is a replica.*db-2 is a primary \(serverId=3\)/,
  );
  assert.deepEqual(await hostsSeen(one), ['db-0 Failed SeveralPrimaries', 'db-1 Skipped NotPrimary', 'db-2 Failed SeveralPrimaries']);
  assert.deepEqual(backupsBegun(one), []);
  assert.ok((await warnings(one)).includes('SeveralPrimaries'));
});

test('a host that does not answer in time does not count, and is recorded', async () => {
  const one = await asked(['Primary', 'absent']);
  assert.equal((await statusOf(one))?.phase, 'Running');
  assert.deepEqual(backupsBegun(one), [], 'the other may still say that it is the primary');
  await one.clock.advance(MINUTE);
  await one.settle();
  assert.equal((await statusOf(one))?.phase, 'Succeeded');
  assert.deepEqual(await hostsSeen(one), ['db-0 Succeeded', 'db-1 Skipped HostSilent']);
  one.agents.present.add('db-1');
  await one.settle();
  assert.equal(backupsBegun(one).length, 1);
});

test('an agent that ends whenever it is asked is asked twice, then counts as silent', async () => {
  const one = await asked(['lost', 'Primary']);
  assert.equal((await statusOf(one))?.phase, 'Succeeded');
  assert.deepEqual(await hostsSeen(one), ['db-0 Skipped AgentLost', 'db-1 Succeeded']);
  assert.equal(one.agents.begun.filter((id) => id.includes('.db-0.role.')).length, 2);
});

test('a server that is down does not keep the primary from being backed up', async () => {
  const one = await asked(['Primary', { code: 'DatabaseUnreachable', message: 'no socket' }]);
  assert.equal((await statusOf(one))?.phase, 'Succeeded');
  assert.deepEqual(await hostsSeen(one), ['db-0 Succeeded', 'db-1 Skipped DatabaseUnreachable']);
});

test('a replica whose primary is silent is not taken for it', async () => {
  const one = await asked(['Replica', { code: 'DatabaseUnreachable', message: 'no socket' }]);
  const status = await statusOf(one);
  assert.deepEqual([status?.phase, status?.reason], ['Failed', 'NoPrimary']);
  assert.match(status?.message ?? '', /db-1 did not answer \(DatabaseUnreachable: no socket\)/);
  assert.deepEqual(await hostsSeen(one), ['db-0 Failed NoPrimary', 'db-1 Failed DatabaseUnreachable']);
});

test('where all hosts keep silent for one reason, that is the reason of the session', async () => {
  const denied = { code: 'DatabaseAccessDenied', message: 'refused for stash' };
  const status = await statusOf(await asked([denied, denied]));
  assert.deepEqual([status?.phase, status?.reason], ['Failed', 'DatabaseAccessDenied']);
  assert.match(status?.message ?? '', /db-0: refused for stash; db-1: refused for stash\. Mend it\./);
});

test('a host alone is backed up if it is the primary, and refused if it is a replica', async () => {
  assert.equal((await statusOf(await asked(['Primary'])))?.phase, 'Succeeded');
  const status = await statusOf(await asked(['Replica']));
  assert.deepEqual([status?.phase, status?.reason], ['Failed', 'NoPrimary']);
});

test('with source: All every host is backed up and none is asked', async () => {
  const one = await asked(['Replica', 'Replica'], { source: 'All' });
  assert.deepEqual(await hostsSeen(one), ['db-0 Succeeded', 'db-1 Succeeded']);
  assert.equal(one.agents.begun.filter((id) => id.includes('.role.')).length, 0);
});

test('source: Primary of what cannot tell its role is refused, with the path', async () => {
  const one = await replicatedOperator(['db-0'], { task: { name: 'files' }, source: 'Primary' });
  opened.push(one);
  const [db] = await one.list('BackupConfiguration');
  assert.equal(db?.status?.phase, 'Invalid');
  assert.match(
    db?.status?.conditions?.find(({ type }) => type === 'ValidationPassed')?.message ?? '',
    /spec\.source: "Primary", and files cannot/,
  );
});

test('a session that is stopped by its deadline while hosts are asked says so', async () => {
  const one = await asked(['absent', 'absent'], { timeOut: '30s' });
  await one.clock.advance(30_000);
  await one.settle();
  const status = await statusOf(one);
  assert.deepEqual([status?.phase, status?.reason], ['Failed', 'DeadlineExceeded']);
});

test('an operator that was away while hosts were asked gives them time to tell it', async () => {
  const one = await asked(['Primary', 'absent']);
  await one.clock.advance(10 * MINUTE);
  await one.restart();
  one.agents.present.add('db-1');
  one.agents.roles.set('db-1', { role: 'Primary', evidence: {} });
  await one.settle();
  assert.equal((await statusOf(one))?.reason, 'SeveralPrimaries');
});

test('a session by hand that is retried asks anew, and goes to the new primary', async () => {
  const one = await asked(['Replica', 'Replica'], { retryConfig: { maxRetry: 1, delay: '1m' } });
  one.agents.roles.set('db-1', { role: 'Primary', evidence: {} });
  await one.clock.advance(MINUTE);
  await one.settle();
  assert.deepEqual(snapshotHosts(one), ['db-1']);
});

test('in a session of its own each time, the snapshots of every primary there was are recorded', async () => {
  const one = await asked(['Primary', 'Replica']);
  one.agents.roles.set('db-0', { role: 'Replica', evidence: {} });
  one.agents.roles.set('db-1', { role: 'Primary', evidence: {} });
  await one.clock.advance(1000);
  await one.store.create('BackupSession', sessionOf('zz-by-hand', { name: 'db' }));
  await one.settle();
  assert.deepEqual(await hostsSeen(one), ['db-0 Skipped NotPrimary', 'db-1 Succeeded']);
  assert.deepEqual(snapshotHosts(one), ['db-0', 'db-1']);
  assert.equal((await one.list('Repository'))[0]?.status?.recorded, 2);
});

test('a host whose role changed while it was backed up has failed, and a retry goes to the new primary', async () => {
  const one = await asked(['Primary', 'Replica'], { retryConfig: { maxRetry: 1, delay: '1m' } });
  one.agents.script = ({ task }) =>
    task.type === 'Backup' && task.host === 'db-0' ? { code: 'RoleChanged', message: 'it follows db-1 now', remedy: '' } : 'Succeeded';
  await one.clock.advance(HOUR);
  await one.settle();
  const failed = (await one.list('BackupSession')).find(({ status }) => status?.phase === 'Failed');
  assert.equal(failed?.status?.reason, 'RoleChanged');
  one.agents.roles.set('db-0', { role: 'Replica', evidence: {} });
  one.agents.roles.set('db-1', { role: 'Primary', evidence: {} });
  await one.clock.advance(MINUTE);
  await one.settle();
  assert.deepEqual(snapshotHosts(one), ['db-0', 'db-1']);
});

test('an agent that is lost in the middle of the backup gets the order once more, and replicas still none', async () => {
  const one = await asked(['Replica', 'Primary']);
  let lost = 0;
  one.agents.script = ({ task }) =>
    task.type === 'Backup' && lost++ === 0 ? { code: 'AgentLost', message: 'it ended', remedy: '' } : 'Succeeded';
  await one.clock.advance(HOUR);
  await one.settle();
  assert.deepEqual(await hostsSeen(one), ['db-0 Skipped NotPrimary', 'db-1 Succeeded']);
  assert.equal(backupsBegun(one).length, 3, 'one an hour before, and two');
});
