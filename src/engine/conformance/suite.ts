import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ErrorCode } from '../../errors/catalogue.ts';
import { isCode } from '../../errors/error.ts';
import type { StartStorage } from '../emulators/storage.ts';
import type { BackupRequest } from '../engine.ts';
import { type Bench, openBench } from './bench.ts';
import { removalTests } from './removal.ts';
import { makeTree, readTree } from './tree.ts';

/** What every storage must do, in one life of a repository. Left out, saying why, where the storage cannot be had here. */
export async function conformance(name: string, start: StartStorage): Promise<void> {
  const bench = await openBench(start);
  if ('missing' in bench) {
    test(`engine on ${name}`, { skip: bench.missing }, () => undefined);
    return;
  }
  after(() => bench.close());
  contentTests(name, bench);
  refusalTests(name, bench);
  removalTests(name, bench);
  outageTests(name, bench);
}

export function rejectsWith(code: ErrorCode, message = /./): (error: unknown) => boolean {
  return (error) => {
    assert.ok(
      isCode(error, code),
      `${code} expected, got ${error instanceof Error ? `${'code' in error ? error.code : ''} ${error.stack}` : error}`,
    );
    assert.match(error.message, message);
    return true;
  };
}

export function backupOf(paths: string[], more: Partial<BackupRequest> = {}): BackupRequest {
  return { source: { type: 'paths', paths, exclude: ['*.tmp'] }, host: 'host-0', tags: ['alias=full'], force: false, args: [], ...more };
}

function contentTests(name: string, bench: Bench): void {
  const { engine, control } = bench;
  const access = bench.access();
  const source = join(bench.folder, 'source');
  mkdirSync(source);
  makeTree(source);
  const stored: string[] = [];

  test(`${name}: an empty place holds no repository, and init makes exactly one`, async () => {
    await assert.rejects(engine.open(access, control()), rejectsWith('RepositoryMissing'));
    const made = await engine.init(access, control());
    assert.match(made.id, /^[0-9a-f]{64}$/);
    assert.deepEqual(await engine.open(access, control()), made);
    await assert.rejects(engine.init(access, control()), rejectsWith('AlreadyExists'));
  });

  test(`${name}: a second backup finds everything unmodified`, async () => {
    const first = await engine.backup(access, backupOf([source]), control());
    assert.deepEqual([first.filesNew, first.unreadable], [5, []]);
    const second = await engine.backup(access, backupOf([source]), control());
    assert.deepEqual([second.filesNew, second.filesChanged, second.filesUnmodified], [0, 0, 5]);
    assert.ok(second.bytesAdded < first.bytesAdded / 100);
    stored.push(first.snapshotId, second.snapshotId);
  });

  test(`${name}: what is restored equals what was stored, the excluded file apart`, async () => {
    const target = join(bench.folder, 'restored');
    await engine.restore(
      access,
      { snapshotId: stored[0] ?? '', path: source, target, include: [], exclude: [], delete: false, args: [] },
      control(),
    );
    assert.deepEqual(readTree(target), readTree(source));
    assert.equal(existsSync(join(target, 'left-out.tmp')), false);
  });

  test(`${name}: a forgotten snapshot is gone, the rest is sound after prune`, async () => {
    const text = randomBytes(50_000).toString('hex');
    const alone = await engine.save(access, { text, fileName: 'alone', host: 'stash', tags: ['alone'] }, control());
    await engine.forget(access, [stored[0] ?? '', alone.snapshotId], control());
    const { bytesFreed = 0 } = await engine.prune(access, {}, control());
    assert.ok(bytesFreed >= 50_000, `what was freed is told, not ${bytesFreed}`);
    assert.deepEqual(
      (await engine.snapshots(access, {}, control())).map(({ id }) => id),
      [stored[1]],
    );
    const checked = await engine.check(access, { readData: true }, control());
    assert.deepEqual([checked.errors, checked.brokenPacks], [0, []]);
    assert.deepEqual(await engine.locks(access, control()), []);
  });
}

function refusalTests(name: string, bench: Bench): void {
  const { engine, control, storage } = bench;
  const source = join(bench.folder, 'source');

  test(`${name}: a wrong password of the repository is told apart`, async () => {
    await assert.rejects(engine.open(bench.access({ RESTIC_PASSWORD: 'another' }), control()), rejectsWith('WrongPassword'));
  });

  test(`${name}: refused credentials are StorageDenied, soon`, { skip: storage.wrongSecret === undefined && 'asks for none' }, async () => {
    const denied = bench.access(storage.wrongSecret);
    await assert.rejects(engine.backup(denied, backupOf([source]), control({ timeoutMs: 50_000 })), rejectsWith('StorageDenied'));
  });
}

function outageTests(name: string, bench: Bench): void {
  const { engine, control, storage } = bench;
  const source = join(bench.folder, 'source');

  test(`${name}: where the storage was emptied nothing is reported as stored`, async () => {
    await storage.destroy();
    await assert.rejects(engine.backup(bench.access(), backupOf([source]), control()), rejectsWith('RepositoryMissing'));
  });

  test(`${name}: a dead server is StorageUnreachable, soon`, { skip: storage.stop === undefined && 'has no server' }, async () => {
    await storage.stop?.();
    await assert.rejects(engine.open(bench.access(), control({ timeoutMs: 50_000 })), rejectsWith('StorageUnreachable'));
  });
}
