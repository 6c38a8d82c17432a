import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startLocal } from '../emulators/local.ts';
import type { RestoreRequest } from '../engine.ts';
import { type Bench, openBench } from './bench.ts';
import { backupOf, rejectsWith } from './suite.ts';
import { makeTree, noise, readTree } from './tree.ts';

const opened = await openBench(startLocal);
if ('missing' in opened) test('restic and data', { skip: opened.missing }, () => undefined);
else dataTests(opened);

function dataTests(bench: Bench): void {
  const { engine, control } = bench;
  const access = bench.access();
  const source = join(bench.folder, 'source');
  const target = join(bench.folder, 'target');
  const restoreOf = (snapshotId: string, more: Partial<RestoreRequest> = {}): RestoreRequest => ({
    snapshotId,
    path: source,
    target,
    include: [],
    exclude: [],
    delete: false,
    args: [],
    ...more,
  });
  let first = '';

  before(async () => {
    mkdirSync(source);
    makeTree(source);
    await engine.init(access, control());
  });
  after(() => bench.close());

  test('a snapshot names host, tags and paths, and the list can be filtered by them', async () => {
    first = (await engine.backup(access, backupOf([source], { tags: ['a=1', 'b'] }), control())).snapshotId;
    await engine.backup(
      access,
      backupOf([source], { host: 'host-1', source: { type: 'paths', paths: [join(source, 'deep')], exclude: [] } }),
      control(),
    );
    const [snapshot] = await engine.snapshots(access, { hosts: ['host-0'], tags: ['b'], paths: [source] }, control());
    assert.deepEqual([snapshot?.id, snapshot?.host, snapshot?.tags, snapshot?.paths], [first, 'host-0', ['a=1', 'b'], [source]]);
    assert.equal((await engine.snapshots(access, {}, control())).length, 2);
  });

  test('a restore brings back what was deleted or changed, fetches the rest not again, and removes strangers only when told', async () => {
    await engine.restore(access, restoreOf(first), control());
    unlinkSync(join(target, 'empty'));
    writeFileSync(join(target, 'plain.txt'), 'overwritten, and longer\n');
    writeFileSync(join(target, 'stranger'), 'not in the snapshot');
    await engine.restore(access, restoreOf(first), control());
    assert.equal(existsSync(join(target, 'stranger')), true);
    await engine.restore(access, restoreOf(first, { delete: true }), control());
    assert.deepEqual(readTree(target), readTree(source));
  });

  test('a restore takes a path of the snapshot, includes or excludes; without a path it keeps full paths', async () => {
    const part = join(bench.folder, 'part');
    await engine.restore(access, restoreOf(first, { path: join(source, 'deep'), target: part }), control());
    assert.deepEqual(readdirSync(part).toSorted(), ['dangling', 'er', 'hard-link']);
    const whole = join(bench.folder, 'whole');
    const { path: _, ...request } = restoreOf(first, { target: whole, include: [join(source, 'deep')] });
    await engine.restore(access, request, control());
    assert.deepEqual(Object.keys(readTree(join(whole, source))), ['deep', 'deep/dangling', 'deep/er', 'deep/er/run.sh', 'deep/hard-link']);
    await engine.restore(access, restoreOf(first, { target: join(bench.folder, 'less'), exclude: ['deep', '*.bin'] }), control());
    assert.deepEqual(readdirSync(join(bench.folder, 'less')).toSorted(), ['empty', 'plain.txt']);
  });

  test('what does not exist is named: a path of the source, of a snapshot, a snapshot', async () => {
    const none = join(source, 'none');
    const before = (await engine.snapshots(access, {}, control())).length;
    await assert.rejects(engine.backup(access, backupOf([source, none]), control()), rejectsWith('PathNotFound', /none does not exist/));
    assert.equal((await engine.snapshots(access, {}, control())).length, before, 'nothing was stored');
    await assert.rejects(engine.restore(access, restoreOf(first, { path: none }), control()), rejectsWith('PathNotFound'));
    await assert.rejects(engine.restore(access, restoreOf('f'.repeat(64)), control()), rejectsWith('SnapshotNotFound'));
  });

  test('a file that cannot be read is reported, and the rest is stored', async () => {
    // Reading address 0 of a process fails for every user, root included.
    const summary = await engine.backup(access, backupOf([source, '/proc/self/mem']), control());
    assert.equal(summary.unreadable.length, 1);
    assert.match(summary.unreadable[0]?.item ?? '', /proc\/self\/mem/);
    assert.match(summary.snapshotId, /^[0-9a-f]{64}$/);
  });

  test('the output of a command is stored; a command that fails or says nothing is no success; none sees the secrets', async () => {
    const command = (script: string) =>
      backupOf([], { source: { type: 'command', command: ['sh', '-c', script], fileName: '/dump.sql', env: { OWN: 'kept' } } });
    const stored = await engine.backup(access, command('env; echo done'), control());
    const text = await engine.load(access, { snapshotId: stored.snapshotId, path: '/dump.sql' }, control());
    assert.match(text, /OWN=kept[\s\S]*done\n$/);
    assert.doesNotMatch(text, /RESTIC_PASSWORD|repository-password|RESTIC_REPOSITORY/);
    await assert.rejects(engine.backup(access, command('echo half; exit 7'), control()), rejectsWith('CommandFailed', /exit status 7/));
    assert.equal((await engine.backup(access, command(':'), control())).unreadable.length, 1);
  });

  test('a small text is saved and loaded as it was, a large one refused', async () => {
    const text = `${'zeile ü\n'.repeat(1000)}\0 the end without a line end`;
    const saved = await engine.save(access, { text, fileName: 'records', host: 'stash', tags: ['kind=records'] }, control());
    assert.equal(await engine.load(access, { snapshotId: saved.snapshotId, path: '/records' }, control()), text);
    assert.equal(await engine.load(access, { newestWith: 'kind=records', path: '/records' }, control()), text);
    await assert.rejects(engine.load(access, { newestWith: 'kind=none', path: '/records' }, control()), rejectsWith('SnapshotNotFound'));
    await assert.rejects(engine.load(access, { snapshotId: saved.snapshotId, path: 'other' }, control()), rejectsWith('PathNotFound'));
    const tooLong = 'x'.repeat(17 * 1024 * 1024);
    await assert.rejects(engine.save(access, { text: tooLong, fileName: 'f', host: 'h', tags: [] }, control()), rejectsWith('Invalid'));
  });

  test('the statistics count snapshots and stored bytes', async () => {
    const stats = await engine.stats(access, control());
    assert.ok(stats.snapshots >= 5 && stats.bytesStored > 2_000_000 && stats.bytesUncompressed >= stats.bytesStored);
  });

  test('a damaged pack is found by reading the data, a lost one without, and neither is restored as if whole', async () => {
    assert.equal((await engine.check(access, {}, control())).errors, 0);
    const pack = await largestFile(join(access.url, 'data'));
    const original = readFileSync(pack);
    writeFileSync(pack, noise(original.length));
    const read = await engine.check(access, { readData: true }, control());
    assert.ok(read.errors > 0 && read.brokenPacks.length === 1 && read.messages.length > 0);
    unlinkSync(pack);
    assert.ok((await engine.check(access, {}, control())).errors > 0);
    await assert.rejects(
      engine.restore(access, restoreOf(first, { target: join(bench.folder, 'damaged') }), control()),
      rejectsWith('RepositoryDamaged'),
    );
  });
}

async function largestFile(folder: string): Promise<string> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const sized = await Promise.all(
    files.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      return { path, size: (await stat(path)).size };
    }),
  );
  return sized.toSorted((a, b) => b.size - a.size)[0]?.path ?? '';
}
