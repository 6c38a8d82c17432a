import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { BackupSession } from '../../api/backup-session.ts';
import { eventually } from './testing/eventually.ts';
import { type FaultyStorage, faultyStorage } from './testing/faulty-storage.ts';
import { type Machine, machine } from './testing/machine.ts';
import { configuration, repository, secret, session } from './testing/manifests.ts';
import { openFiles } from './testing/open-files.ts';
import { plainRestic } from './testing/plain-restic.ts';
import { isStopped, kill } from './testing/processes.ts';
import { PASSWORD, quickRepository } from './testing/repository.ts';

const NAMES = ['deleted', 'grown', 'replaced', 'rewritten', 'truncated'] as const;
type Changing = (typeof NAMES)[number];
const SIZE = 16 * 1024 * 1024;
const added = randomBytes(1024 * 1024);
const fresh = randomBytes(SIZE);

let stash: Machine;
let path: string;
let data: string;
const folder = mkdtempSync(join(tmpdir(), 'stash-slow-'));
let storage: FaultyStorage;
const file = (name: string) => join(data, name);

before(async () => {
  const found = await faultyStorage(folder);
  if ('missing' in found) throw new Error(found.missing);
  storage = found;
  path = join(folder, 'data', 'shop');
  quickRepository(path);
  stash = await machine();
  data = join(stash.dir, 'docs');
  mkdirSync(data);
  writeFileSync(file('file'), 'content');
  const access = secret('secret', { RESTIC_PASSWORD: PASSWORD, ...storage.secret });
  await stash.apply(access, repository('repo', storage.backend), configuration('docs', 'repo', [data]));
  await stash.up();
});
after(async () => {
  await stash?.dispose();
  await storage?.stop();
  rmSync(folder, { recursive: true });
});

interface HalfRead {
  restic: number;
  /** How far it had come. */
  read: Record<Changing, number>;
  original: Record<Changing, Buffer>;
}

/** Starts a session and answers once its restic stands still with all of these files half read. */
async function halfRead(name: string, alsoOpen: string = NAMES[0]): Promise<HalfRead> {
  const original = Object.fromEntries(NAMES.map((one) => [one, randomBytes(SIZE)])) as HalfRead['original'];
  for (const one of NAMES) writeFileSync(file(one), original[one]);
  // While the storage takes nothing it waits in the middle of them, and it reads all of them side by side.
  storage.is('slow');
  stash.restic.before('backup', `flags='--pack-size=4 --read-concurrency=${NAMES.length}'`);
  await stash.apply(session(name, 'docs'));
  const half = (pid: number) => {
    const open = openFiles(pid, data);
    return open.has(file(alsoOpen)) && NAMES.every((one) => (open.get(file(one)) ?? 0) > 0 && (open.get(file(one)) ?? SIZE) < SIZE);
  };
  let restic = 0;
  await eventually(
    'restic reads all of them',
    () => {
      restic = stash.resticOf('backup')?.pid ?? 0;
      return restic !== 0 && half(restic) && kill(restic, 'SIGSTOP');
    },
    () => JSON.stringify([restic, restic && [...openFiles(restic, data)], stash.log()]),
  );
  await eventually('it stands still', () => isStopped(restic));
  assert.ok(half(restic), 'it still reads all of them');
  stash.restic.plain('backup');
  storage.is('well');
  const open = openFiles(restic, data);
  return { restic, read: Object.fromEntries(NAMES.map((one) => [one, open.get(file(one)) ?? 0])) as HalfRead['read'], original };
}

/** What a restore of the session's snapshot with plain restic makes of a file; that restore must not find anything wrong. */
async function restoredFrom({ status }: BackupSession): Promise<(name: string) => Buffer> {
  const [snapshot] = status?.targets?.[0]?.stats?.[0]?.snapshots ?? [];
  const place = join(stash.dir, `restored-${snapshot?.snapshotID}`);
  await plainRestic(path, 'restore', snapshot?.snapshotID ?? '', '--target', place, '--verify');
  return (name) => readFileSync(join(place, file(name)));
}

test('files that change while they are read are stored as they were read, and the rest as it is', async () => {
  const { restic, read, original } = await halfRead('changing');
  appendFileSync(file('grown'), added);
  truncateSync(file('truncated'), 10);
  writeFileSync(file('other'), fresh);
  renameSync(file('other'), file('replaced'));
  rmSync(file('deleted'));
  writeFileSync(file('rewritten'), fresh, { flag: 'r+' });
  kill(restic, 'SIGCONT');
  const ended = await stash.backedUp('changing');
  assert.equal(ended.status?.phase, 'Succeeded', JSON.stringify(ended.status));
  const restored = await restoredFrom(ended);
  const same = (name: string, expected: Buffer, what: string) => assert.ok(restored(name).equals(expected), `${name}: ${what}`);
  same('grown', Buffer.concat([original.grown, added]), 'all of it, with what came to it');
  same('truncated', original.truncated.subarray(0, read.truncated), 'what was read before');
  same('replaced', original.replaced, 'the file that was opened');
  same('deleted', original.deleted, 'the file that was opened');
  same('rewritten', Buffer.concat([original.rewritten.subarray(0, read.rewritten), fresh.subarray(read.rewritten)]), 'old, then new');
  same('file', Buffer.from('content'), 'as it is');
  assert.match(await plainRestic(path, 'check', '--read-data'), /no errors were found/);
});

test('a file that is gone before its turn is in no snapshot, as if it had gone before the run; one that became a directory is one', async () => {
  writeFileSync(file('until'), 'restic opens one more than it reads');
  for (const name of ['vanished', 'was-a-file']) writeFileSync(file(name), 'soon gone');
  const { restic, original } = await halfRead('vanishing');
  for (const name of ['vanished', 'was-a-file']) rmSync(file(name));
  mkdirSync(file('was-a-file'));
  writeFileSync(file('was-a-file/new'), 'new');
  kill(restic, 'SIGCONT');
  const ended = await stash.backedUp('vanishing');
  assert.equal(ended.status?.phase, 'Succeeded', JSON.stringify(ended.status));
  const [snapshot] = ended.status.targets?.[0]?.stats?.[0]?.snapshots ?? [];
  assert.equal(snapshot?.fileStats?.totalFiles, NAMES.length + 3, 'file, until and new besides');
  const restored = await restoredFrom(ended);
  for (const name of NAMES) assert.ok(restored(name).equals(original[name]), name);
  assert.equal(restored('was-a-file/new').toString(), 'new');
  assert.throws(() => restored('vanished'), { code: 'ENOENT' });
});

test('a file of which only a part could be read is named, and the session is no success', async () => {
  writeFileSync(file('until'), 'opened');
  const { restic, original } = await halfRead('deleted', 'until');
  // Its contents can still be read, its attributes not any more.
  rmSync(file('until'));
  kill(restic, 'SIGCONT');
  const ended = await stash.backedUp('deleted');
  assert.deepEqual([ended.status?.phase, ended.status?.reason], ['Failed', 'PartialRead'], JSON.stringify(ended.status));
  assert.match(ended.status?.message ?? '', new RegExp(`could not be read: ${file('until')} \\(.*no such file`));
  const restored = await restoredFrom(ended);
  for (const name of NAMES) assert.ok(restored(name).equals(original[name]), name);
  assert.equal(restored('until').toString(), 'opened');
});
