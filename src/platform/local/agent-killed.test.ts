import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { globSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { BackupSession } from '../../api/backup-session.ts';
import { eventually } from './testing/eventually.ts';
import { type FilesMachine, filesMachine, keep } from './testing/files-machine.ts';
import { restore, session } from './testing/manifests.ts';
import { dataSnapshots, plainRestic, startRestic } from './testing/plain-restic.ts';
import { kill } from './testing/processes.ts';

let stash: FilesMachine['stash'];
let path: string;
let data: string;
/** A name with more to it is one that is being written. */
const locks = () => readdirSync(join(path, 'locks')).filter((name) => /^[0-9a-f]{64}$/.test(name));
const hostOf = (ended: BackupSession) => ended.status?.targets?.[0]?.stats?.[0];

before(async () => {
  ({ stash, path, data } = await filesMachine(keep(1)));
});
after(() => stash.dispose());

/** Starts a session whose upload does not end; answers with the pid of its restic, which has its lock. */
async function uploading(name: string): Promise<number> {
  const before = locks().length;
  writeFileSync(join(data, 'big'), randomBytes(300_000));
  stash.restic.slow('backup');
  await stash.apply(session(name, 'docs'));
  await eventually('restic has its lock', () => locks().length > before, stash.log);
  stash.restic.plain('backup');
  const restic = stash.resticOf('backup');
  assert.ok(restic);
  return restic.pid;
}

test('an agent killed during the upload gets the order again, and the lock of its dead restic goes with the next maintenance', async () => {
  await stash.killAgent('target/', await uploading('killed'));
  assert.equal(locks().length, 1, 'nobody took the lock away yet');
  const ended = await stash.backedUp('killed');
  assert.equal(ended.status?.phase, 'Succeeded', JSON.stringify(ended.status));
  assert.equal(hostOf(ended)?.attempts, 2);
  assert.deepEqual(
    (await dataSnapshots(path)).map((one) => one.id),
    hostOf(ended)?.snapshots?.map((one) => one.snapshotID),
  );
  await stash.told('BackupSession', 'killed', /AgentLost: the agent of docs ended while it worked/);
  await stash.told('Repository', 'repo', /LocksRemoved: 1 lock/);
  assert.deepEqual(locks(), []);
});

test('an agent whose directory is taken away from under it makes way for another at the next order', async () => {
  await stash.apply(session('whole', 'docs'));
  assert.equal((await stash.backedUp('whole')).status?.phase, 'Succeeded');
  const before = stash.agent('target/')?.pid;
  assert.ok(before);
  const [directory = ''] = globSync(join(stash.dataDir, 'agents/target/*/*/*/*'));
  rmSync(directory, { recursive: true });
  await stash.apply(session('bereft', 'docs'));
  const { status } = await stash.backedUp('bereft');
  assert.equal(status?.phase, 'Succeeded', JSON.stringify(status));
  assert.notEqual(stash.agent('target/')?.pid, before);
});

test('a restic that outlives its agent is ended before the order is given again', async () => {
  const restic = await uploading('orphan');
  await stash.killAgent('target/');
  const ended = await stash.backedUp('orphan');
  assert.equal(ended.status?.phase, 'Succeeded', JSON.stringify(ended.status));
  assert.equal(hostOf(ended)?.attempts, 2);
  assert.ok(!stash.processes().some(({ pid }) => pid === restic));
  assert.deepEqual(locks(), []);
  assert.equal((await dataSnapshots(path)).length, 1, 'the policy kept one');
});

test('an agent that is killed at each attempt ends the session, with nothing counted as stored', async () => {
  const before = (await dataSnapshots(path)).length;
  await stash.killAgent('target/', await uploading('twice'));
  stash.restic.slow('backup');
  await eventually('the second restic has its lock', () => locks().length === 2, stash.log);
  await stash.killAgent('target/', stash.resticOf('backup')?.pid ?? 0);
  stash.restic.plain('backup');
  const ended = await stash.backedUp('twice');
  assert.deepEqual([ended.status?.phase, ended.status?.reason], ['Failed', 'AgentLost']);
  assert.deepEqual(hostOf(ended)?.snapshots ?? [], []);
  assert.equal((await dataSnapshots(path)).length, before);
  const unlocked = await stash.stash('unlock', 'repo');
  assert.equal(unlocked.code, 0, unlocked.stderr);
  assert.deepEqual(locks(), []);
});

test("a lock that is somebody else's stays, and so does a dead one beside it, until that one has ended", async (t) => {
  const foreign = await startRestic(path, 'backup', '--host', 'somebody', '--stdin');
  t.after(() => foreign.child.kill());
  await eventually('the other restic has its lock', () => locks().length === 1);
  const [theirs] = locks();
  await stash.killAgent('target/', await uploading('beside'));
  const ended = await stash.backedUp('beside');
  assert.equal(ended.status?.phase, 'Succeeded', JSON.stringify(ended.status));
  await stash.told('Repository', 'repo', /LockedByOther: .*taken away in \d+ min if it is not renewed/);
  const refused = await stash.stash('unlock', 'repo');
  assert.equal(refused.code, 5);
  assert.match(refused.stderr, /No lock was removed/);
  assert.ok(locks().includes(theirs ?? ''));
  assert.equal(locks().length, 2);
  assert.equal(foreign.child.exitCode, null, 'it still runs');

  foreign.child.stdin.end('what they stored');
  assert.equal(await foreign.ended, 0);
  assert.equal(await plainRestic(path, 'dump', '--host', 'somebody', 'latest', '/stdin'), 'what they stored');
  const removed = await stash.stash('unlock', 'repo');
  assert.equal(removed.code, 0, removed.stderr);
  assert.deepEqual(locks(), []);
});

for (const command of ['forget', 'prune']) {
  test(`a maintenance agent killed during ${command} loses nothing: the next maintenance removes the lock and finishes`, async () => {
    stash.restic.slow(command);
    await stash.apply(session(`kill-${command}`, 'docs'));
    await eventually(`${command} has its lock`, () => locks().length === 1 && stash.resticOf(command) !== undefined, stash.log);
    const restic = stash.resticOf(command)?.pid ?? 0;
    kill(restic, 'SIGSTOP');
    await stash.killAgent('repository/', restic);
    stash.restic.plain(command);
    const ended = await stash.backedUp(`kill-${command}`);
    assert.equal(ended.status?.phase, 'Succeeded', 'the data is stored');
    assert.ok(ended.status.conditions?.some((one) => one.type === 'RetentionPolicyApplied' && one.status === 'False'));
    const pruned = await stash.stash('prune', 'repo');
    assert.equal(pruned.code, 0, pruned.stderr);
    assert.deepEqual(locks(), []);
    assert.deepEqual(
      (await dataSnapshots(path, 'docs')).map((one) => one.id),
      hostOf(ended)?.snapshots?.map((one) => one.snapshotID),
      'the policy kept the newest',
    );
    assert.match(await plainRestic(path, 'check', '--read-data'), /no errors were found/);
  });
}

test('a restore that lost its agent fails and is not begun again, since it may have overwritten something', async () => {
  const held = stash.restic.hold('restore');
  await stash.apply(restore('lost', 'repo', 'docs', { allowOverwrite: true }));
  await stash.killAgent('target/', await held.reached());
  const ended = await stash.restored('lost');
  held.release();
  assert.deepEqual([ended.status?.phase, ended.status?.reason], ['Failed', 'AgentLost']);
});
