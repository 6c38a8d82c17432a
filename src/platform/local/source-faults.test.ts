import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Repository } from '../../api/repository.ts';
import { findTool, isFound } from '../tools/locate.ts';
import { type FilesMachine, filesMachine, keep } from './testing/files-machine.ts';
import { configuration, host, session } from './testing/manifests.ts';
import { dataSnapshots, plainRestic } from './testing/plain-restic.ts';

let stash: FilesMachine['stash'];
let path: string;
let data: string;

before(async () => {
  ({ stash, path, data } = await filesMachine(keep(1)));
});
after(() => stash.dispose());

test('a path that is not there fails the session and is named', async () => {
  const missing = join(stash.dir, 'no-such-directory');
  await stash.apply(configuration('missing', 'repo', [missing]), session('missing', 'missing'));
  const { status } = await stash.backedUp('missing');
  assert.deepEqual([status?.phase, status?.reason], ['Failed', 'PathNotFound']);
  assert.ok(status?.message?.includes(missing), status?.message);
});

test('a path that is a link fails the session and says what to name instead, since only the link would be stored', async () => {
  const link = join(stash.dir, 'link');
  symlinkSync(data, link);
  await stash.apply(configuration('link', 'repo', [link]), session('link', 'link'));
  const { status } = await stash.backedUp('link');
  assert.deepEqual([status?.phase, status?.reason], ['Failed', 'PathIsLink']);
  assert.ok(status?.message?.includes(`${link} is a symbolic link to ${data}`), status?.message);
});

test('one path of two that is not there makes the result partial, which is no success', async () => {
  const missing = join(stash.dir, 'no-such-directory');
  await stash.apply(configuration('half', 'repo', [data, missing]), session('half', 'half'));
  const { status } = await stash.backedUp('half');
  assert.equal(status?.phase, 'Failed', JSON.stringify(status));
  assert.ok(status.message?.includes(missing), status.message);
});

test('a file that cannot be read is named; the rest is stored, not called a success, and takes no complete snapshot away', async () => {
  await stash.apply(session('complete', 'docs'));
  const [complete] = (await stash.backedUp('complete')).status?.targets?.[0]?.stats?.[0]?.snapshots ?? [];
  const [open, closed] = [join(data, 'file'), join(data, 'closed')];
  writeFileSync(closed, 'nobody may read this');
  chmodSync(closed, 0o000);
  await asNobody();
  await stash.apply(session('unreadable', 'docs'));
  const { status } = await stash.backedUp('unreadable');
  stash.restic.plain('backup');
  chmodSync(closed, 0o644);
  assert.deepEqual([status?.phase, status?.reason], ['Failed', 'PartialRead'], JSON.stringify(status));
  assert.ok(status?.message?.includes(closed), status?.message);
  const [snapshot] = status?.targets?.[0]?.stats?.[0]?.snapshots ?? [];
  assert.equal(await plainRestic(path, 'dump', snapshot?.snapshotID ?? '', open), 'content');
  const settled = (one?: Repository) => one?.status?.recorded === 2 && one.status.maintenance?.phase === 'Succeeded';
  await stash.until('Repository', 'repo', 'at rest with two snapshots', settled);
  assert.ok((await dataSnapshots(path)).some((one) => one.id === complete?.snapshotID));

  const restored = await stash.stash('restore', 'docs', '--to', join(stash.dir, 'restored'), '--wait');
  assert.match(restored.stdout, new RegExp(`the newer snapshot ${snapshot?.snapshotID?.slice(0, 8)} is incomplete and was not used`));
  assert.ok(restored.stdout.includes(complete?.snapshotID?.slice(0, 8) ?? 'none'), restored.stdout);
});

test('a repository that must not be written to is told apart from a source that cannot be read', async () => {
  await asNobody();
  chmodSync(join(path, 'locks'), 0o555);
  await stash.apply(session('read-only', 'docs'));
  const { status } = await stash.backedUp('read-only');
  stash.restic.plain('backup');
  chmodSync(join(path, 'locks'), 0o777);
  assert.deepEqual([status?.phase, status?.reason], ['Failed', 'StorageReadOnly'], JSON.stringify(status));
});

test('files that change and come after the run began are stored as they are when they are read, and nothing fails', async () => {
  const held = stash.restic.hold('backup');
  await stash.apply(session('changing', 'docs'));
  await held.reached();
  writeFileSync(join(data, 'file'), 'changed content');
  writeFileSync(join(data, 'new'), 'new');
  held.release();
  const { status } = await stash.backedUp('changing');
  assert.equal(status?.phase, 'Succeeded', JSON.stringify(status));
  const [snapshot] = status.targets?.[0]?.stats?.[0]?.snapshots ?? [];
  assert.equal(await plainRestic(path, 'dump', snapshot?.snapshotID ?? '', join(data, 'file')), readFileSync(join(data, 'file'), 'utf8'));
});

test('an alias that is not there, bound twice, or bound to nothing is refused with its name', async () => {
  await stash.apply(session('unknown', 'docs', { alias: 'weekly' }));
  const unknown = (await stash.backedUp('unknown')).status;
  assert.equal(unknown?.reason, 'Invalid');
  assert.match(unknown.message ?? '', /"weekly" is not an alias of BackupConfiguration docs; it has full/);
  const sidecar = ['one', 'two'].map(() => ({ execAlias: ['full'], function: { name: 'files' } }));
  const twice = configuration('twice', 'repo', [data], { sidecar });
  await assert.rejects(stash.apply(twice), /spec\.sidecar: an alias may be bound to one function only/);
  const nothing = { sidecar: [{ execAlias: ['full'], function: { name: 'no-such-function' } }] };
  await stash.apply(configuration('nothing', 'repo', [data], nothing));
  const { status } = await stash.until('BackupConfiguration', 'nothing', 'judged', (one) => one?.status?.phase !== undefined);
  assert.equal(status?.phase, 'Invalid');
  assert.match(JSON.stringify(status?.conditions), /no-such-function/);
});

test('a host name that another target has in the repository already is refused', async () => {
  const before = (await dataSnapshots(path)).length;
  const target = { ...host('other', [data]), alias: 'docs' };
  await stash.apply(configuration('other', 'repo', [data], { target }));
  const { status } = await stash.until('BackupConfiguration', 'other', 'judged', (one) => one?.status?.phase !== undefined);
  assert.equal(status?.phase, 'Invalid', JSON.stringify(status));
  assert.match(JSON.stringify(status?.conditions), /HostTaken|docs/);
  await stash.apply(session('taken', 'other'));
  assert.equal((await stash.backedUp('taken')).status?.phase, 'Failed');
  assert.equal((await dataSnapshots(path)).length, before);
});

/** From now on backups run as a user who owns nothing, where the tests run as one who may read and write everything. */
async function asNobody(): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const found = await findTool('restic');
  assert.ok(isFound(found));
  const copy = join(stash.dir, 'restic');
  copyFileSync(found.path, copy);
  chmodSync(stash.dir, 0o755);
  execFileSync('chmod', ['-R', 'a+rwX', path]);
  const nobody = `--reuid=65534 --regid=65534 --clear-groups '${copy}' --no-cache`;
  stash.restic.before('backup', `unset RESTIC_CACHE_DIR; export TMPDIR=/tmp; set -- ${nobody} "$@"; real=setpriv`);
}
