import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bench } from './bench.ts';
import { rejectsWith } from './suite.ts';

// Each is near to a name of restic's, or beside the place as a whole.
const FOREIGN = ['notes.txt', 'configuration', 'data/readme.txt', `data/${'0'.repeat(63)}`, `archive/${'2'.repeat(64)}`];
/** A REST server shows it as one of the repository's. */
const NESTED = `data/00/old/${'1'.repeat(64)}`;

/** What must hold where a repository's own objects can be removed; expects a repository with one snapshot. */
export function removalTests(name: string, bench: Bench): void {
  const { engine, control, storage } = bench;
  const { put, list } = storage;
  const access = bench.access();
  if (put === undefined || list === undefined) {
    test(`${name}: its objects are not removed`, async () => {
      for (const snapshot of await engine.snapshots(access, {}, control())) await engine.forget(access, [snapshot.id], control());
      await assert.rejects(engine.removeRepository(access, control()), rejectsWith('BackendUnsupported'));
      await engine.open(access, control());
    });
    return;
  }

  test(`${name}: a repository with a snapshot, or with a lock, keeps all of its objects`, async () => {
    const before = (await list()).sort();
    await assert.rejects(engine.removeRepository(access, control()), rejectsWith('RepositoryNotEmpty', /snapshots \(1\)/));
    assert.deepEqual((await list()).sort(), before);
    const [snapshot] = await engine.snapshots(access, {}, control());
    await engine.forget(access, [snapshot?.id ?? ''], control());
    await put(`locks/${'3'.repeat(64)}`);
    await assert.rejects(engine.removeRepository(access, control()), rejectsWith('RepositoryLocked'));
    await engine.removeAllLocks(access, control());
    await engine.open(access, control());
  });

  test(`${name}: of an emptied repository nothing is left, what others put beside it stays, and the place can be used again`, async () => {
    const foreign = storage.backend.rest === undefined ? [...FOREIGN, NESTED] : FOREIGN;
    for (const each of foreign) await put(each);
    const logged: string[] = [];
    await engine.removeRepository(access, control({ onLog: (line) => logged.push(line) }));
    assert.deepEqual((await list()).sort(), foreign.toSorted());
    await assert.rejects(engine.open(access, control()), rejectsWith('RepositoryMissing'));
    await engine.removeRepository(access, control());
    for (const secret of Object.values(storage.secret)) assert.ok(!logged.join('\n').includes(secret) || secret.length < 8);
    const made = await engine.init(access, control());
    assert.deepEqual(await engine.open(access, control()), made);
  });
}
