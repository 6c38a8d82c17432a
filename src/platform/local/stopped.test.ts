import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type FilesMachine, filesMachine } from './testing/files-machine.ts';
import { configuration, restore, session } from './testing/manifests.ts';
import { dataSnapshots } from './testing/plain-restic.ts';
import { PASSWORD } from './testing/repository.ts';

let stash: FilesMachine['stash'];
let path: string;
let data: string;

before(async () => {
  ({ stash, path, data } = await filesMachine());
});
after(() => stash.dispose());

const runs = (wanted: number) => stash.processes().some(({ pid }) => pid === wanted);

test('a second "stash up" on the data directory is refused with exit code 8 and told who has it', async () => {
  const second = await stash.stash('up');
  assert.equal(second.code, 8);
  assert.match(second.stderr, /another "stash up" \(pid \d+\) runs on /);
});

test('a session that is not done at its timeOut fails with DeadlineExceeded, and its process is stopped', async () => {
  await stash.apply(configuration('late', 'repo', [data], { timeOut: '2s' }));
  const held = stash.restic.hold('backup');
  await stash.apply(session('deadline', 'late'));
  const over = stash.backedUp('deadline');
  // On a machine that is busy the deadline may come first.
  const restic = await Promise.race([held.reached(), over.then(() => undefined)]);
  const ended = await over;
  assert.deepEqual([ended.status?.phase, ended.status?.reason], ['Failed', 'DeadlineExceeded']);
  assert.ok(restic === undefined || !runs(restic));
  held.release();
});

test('the time a hook takes counts as well, and a hook is stopped at the deadline', async () => {
  const hooks = { preBackup: { exec: { command: ['sleep', '1000'] } } };
  await stash.apply(configuration('slow-hook', 'repo', [data], { timeOut: '2s', hooks }));
  await stash.apply(session('hook-deadline', 'slow-hook'));
  const ended = await stash.backedUp('hook-deadline');
  assert.deepEqual([ended.status?.phase, ended.status?.reason], ['Failed', 'DeadlineExceeded']);
  assert.ok(!stash.processes().some(({ args }) => args[0] === 'sleep'));
});

test('a restore that is not done at its timeOut fails with DeadlineExceeded, and its process is stopped', async () => {
  const place = join(stash.dir, 'place');
  mkdirSync(place);
  await stash.apply(configuration('place', 'repo', [place]), session('for-restore', 'place'));
  await stash.backedUp('for-restore');
  const held = stash.restic.hold('restore');
  await stash.apply(restore('late', 'repo', 'place', { timeOut: '2s', allowOverwrite: true }));
  const over = stash.restored('late');
  const restic = await Promise.race([held.reached(), over.then(() => undefined)]);
  const ended = await over;
  assert.deepEqual([ended.status?.phase, ended.status?.reason], ['Failed', 'DeadlineExceeded']);
  assert.ok(restic === undefined || !runs(restic));
  held.release();
});

test('a session that is deleted while it runs takes its process along', async () => {
  const before = (await dataSnapshots(path)).length;
  const held = stash.restic.hold('backup');
  await stash.apply(session('deleted', 'docs'));
  const restic = await held.reached();
  await stash.store.delete('BackupSession', { namespace: 'default', name: 'deleted' });
  await stash.gone('BackupSession', 'deleted');
  assert.ok(!runs(restic));
  held.release();
  assert.equal((await dataSnapshots(path)).length, before);
});

test('a configuration that is deleted while it runs takes its sessions and their processes along', async () => {
  await stash.apply(configuration('going', 'repo', [data]));
  const held = stash.restic.hold('backup');
  await stash.stash('backup', 'going');
  const restic = await held.reached();
  const [started] = (await stash.store.list('BackupSession')).filter((one) => one.spec.invoker.name === 'going');
  const deleted = await stash.stash('delete', 'backupconfiguration', 'going');
  assert.equal(deleted.code, 0, deleted.stderr);
  await stash.gone('BackupSession', started?.metadata.name ?? '');
  assert.ok(!runs(restic));
  held.release();
  await stash.apply(session('afterwards', 'docs'));
  assert.equal((await stash.backedUp('afterwards')).status?.phase, 'Succeeded', 'slot and repository are free again');
});

test('the password is in no argument, no log, no event, no status and no output', async () => {
  const held = stash.restic.hold('backup');
  await stash.apply(session('secret', 'docs'));
  await held.reached();
  const shown = [
    ...stash.processes().flatMap(({ args }) => args),
    (await stash.stash('get', 'secret', 'secret', '-o', 'yaml')).stdout,
    (await stash.stash('describe', 'repository', 'repo')).stdout,
  ];
  held.release();
  await stash.backedUp('secret');
  shown.push((await stash.stash('logs', 'secret')).stdout, stash.log());
  for (const kind of ['Repository', 'BackupConfiguration', 'BackupSession', 'RestoreSession', 'Event'] as const)
    shown.push(JSON.stringify(await stash.store.list(kind)));
  assert.ok(shown.length > 10);
  for (const text of shown) {
    assert.ok(!text.includes(PASSWORD), text);
    assert.ok(!text.includes(Buffer.from(PASSWORD).toString('base64')), text);
  }
});
