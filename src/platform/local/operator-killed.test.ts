import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { directoriesOf } from './directories.ts';
import { eventually } from './testing/eventually.ts';
import { type FilesMachine, filesMachine, keep } from './testing/files-machine.ts';
import { configuration, restore, session } from './testing/manifests.ts';
import { dataSnapshots } from './testing/plain-restic.ts';

let stash: FilesMachine['stash'];
let path: string;
let data: string;

before(async () => {
  ({ stash, path, data } = await filesMachine(keep(20)));
});
after(() => stash.dispose());

async function killAndRestart(): Promise<void> {
  await stash.killOperator();
  await stash.up();
}

/** The session succeeded at this attempt and what it names is in the repository, once. */
async function storedOnce(name: string, attempts = 1): Promise<void> {
  const ended = await stash.backedUp(name);
  assert.equal(ended.status?.phase, 'Succeeded', JSON.stringify(ended.status));
  const host = ended.status.targets?.[0]?.stats?.[0];
  assert.equal(host?.attempts, attempts);
  const mine = (await dataSnapshots(path)).filter((one) => one.tags?.includes(`stash.session=default/${name}`));
  assert.deepEqual(
    mine.map((one) => one.id),
    host.snapshots?.map((one) => one.snapshotID),
  );
}

test('an operator killed while one session runs and another waits goes on with both', async () => {
  const held = stash.restic.hold('backup');
  await stash.apply(session('first', 'docs'));
  await held.reached();
  await stash.apply(session('second', 'docs'));
  await stash.until('BackupSession', 'second', 'waiting', (one) => one?.status?.reason === 'SlotTaken');
  await killAndRestart();
  held.release();
  await storedOnce('first');
  await storedOnce('second');
});

test('an operator killed during the preBackup hook runs the hook again, and the backup once', async () => {
  const [fifo, ran] = [join(stash.dir, 'hook.fifo'), join(stash.dir, 'hook.ran')];
  execFileSync('mkfifo', [fifo]);
  const hook = { exec: { command: ['sh', '-c', `echo ran >> ${ran}; if [ -p ${fifo} ]; then : < ${fifo}; fi`] } };
  await stash.apply(configuration('hooked', 'repo', [data], { hooks: { preBackup: hook } }), session('hook', 'hooked'));
  const journaled = () => readdirSync(directoriesOf(stash.dataDir).hooks).length > 0;
  await eventually(
    'the hook runs, and is in the journal',
    () => existsSync(ran) && readFileSync(ran, 'utf8') === 'ran\n' && journaled(),
    stash.log,
  );
  rmSync(fifo);
  await killAndRestart();
  await storedOnce('hook');
  assert.equal(readFileSync(ran, 'utf8'), 'ran\nran\n');
  assert.ok(!stash.processes().some(({ args }) => args.join(' ').includes(fifo)), 'the first one was ended');
});

test('an operator killed during the upload finds the agent still at work', async () => {
  const held = stash.restic.hold('backup');
  await stash.apply(session('upload', 'docs'));
  await held.reached();
  await stash.killOperator();
  held.release();
  await stash.up();
  await storedOnce('upload');
});

test('operator and agent killed during the upload: the order is given once more', async () => {
  const held = stash.restic.hold('backup');
  await stash.apply(session('both', 'docs'));
  const restic = await held.reached();
  await stash.killOperator();
  await stash.killAgent('target/', restic);
  held.release();
  await stash.up();
  await storedOnce('both', 2);
});

test('an operator that is stopped in order ends the upload, and gives the order again at its next start', async () => {
  const held = stash.restic.hold('backup');
  await stash.apply(session('stopped', 'docs'));
  await held.reached();
  await stash.down();
  assert.deepEqual(stash.processes(), [], 'nothing is left behind');
  held.release();
  await stash.up();
  await storedOnce('stopped', 2);
});

test('an operator killed while the data is stored and not yet recorded records it', async () => {
  const held = stash.restic.hold('snapshots');
  await stash.apply(session('recorded', 'docs'));
  await held.reached();
  await stash.until('BackupSession', 'recorded', 'DataStored', (one) => one?.status?.phase === 'DataStored');
  await killAndRestart();
  held.release();
  await storedOnce('recorded');
  const repository = await stash.until('Repository', 'repo', 'at rest', (one) => one?.status?.maintenance?.phase === 'Succeeded');
  assert.equal(repository.status?.recorded, (await dataSnapshots(path)).length);
});

test('an operator killed during a restore lets it end', async () => {
  writeFileSync(join(data, 'file'), 'lost');
  const held = stash.restic.hold('restore');
  await stash.apply(restore('back', 'repo', 'docs', { allowOverwrite: true }));
  await held.reached();
  await killAndRestart();
  held.release();
  const ended = await stash.restored('back');
  assert.equal(ended.status?.phase, 'Succeeded', JSON.stringify(ended.status));
  assert.equal(readFileSync(join(data, 'file'), 'utf8'), 'content');
});

test('a tick that was missed runs once, also when the operator is killed just after it was decided', async () => {
  const yearly = { execOps: [{ alias: 'full', schedule: '0 0 1 1 *' }], timeZone: 'UTC' };
  await stash.apply(configuration('yearly', 'repo', [data], yearly));
  await stash.until('BackupConfiguration', 'yearly', 'scheduled', (one) => one?.status?.execOps?.[0]?.next !== undefined);
  await stash.killOperator();
  const known = await stash.until('BackupConfiguration', 'yearly', 'there', () => true);
  const execOps = (known.status?.execOps ?? []).map((one) => ({ ...one, lastCheckTime: '2025-06-01T00:00:00Z' }));
  await stash.store.replaceStatus('BackupConfiguration', { ...known, status: { ...known.status, execOps } });
  const held = stash.restic.hold('backup');
  await stash.up();
  await held.reached();
  await killAndRestart();
  held.release();
  const mine = async () => (await stash.store.list('BackupSession')).filter((one) => one.spec.invoker.name === 'yearly');
  const [only, ...others] = await mine();
  assert.deepEqual(others, []);
  assert.equal(only?.spec.trigger, 'MissedRun');
  assert.equal(only.spec.scheduledTime, '2026-01-01T00:00:00Z');
  await storedOnce(only.metadata.name);
  assert.equal((await mine()).length, 1);
  await stash.told('BackupConfiguration', 'yearly', /RunsMissed: alias full: 1 runs did not start/);
});
