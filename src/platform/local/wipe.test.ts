import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { folderObjects } from '../../engine/emulators/folder-objects.ts';
import { startS3 } from '../../engine/emulators/s3.ts';
import type { TestStorage } from '../../engine/emulators/storage.ts';
import { eventually } from './testing/eventually.ts';
import { type Machine, machine } from './testing/machine.ts';
import { configuration, repository, secret, session } from './testing/manifests.ts';
import { PASSWORD, quickRepository } from './testing/repository.ts';

let stash: Machine;
let storage: TestStorage;
let bucket: string;

before(async () => {
  stash = await machine();
  mkdirSync(join(stash.dir, 's3'));
  const started = await startS3(join(stash.dir, 's3'));
  if ('missing' in started) throw new Error(started.missing);
  storage = started;
  bucket = join(stash.dir, 's3', 'data', 'backups');
  await stash.apply(secret('secret', { ...storage.secret, RESTIC_PASSWORD: PASSWORD }));
  await stash.up();
});
after(async () => {
  await storage?.stop?.();
  await stash.dispose();
});

/** A Repository to wipe out, with one backup in it; answers with its folder. */
async function backedUp(name: string): Promise<string> {
  quickRepository(join(bucket, name));
  const files = join(stash.dir, name);
  mkdirSync(files);
  writeFileSync(join(files, 'a'), name);
  const { s3 } = storage.backend;
  await stash.apply(repository(name, { s3: { ...s3, prefix: name } }, { wipeOut: true }), configuration(name, name, [files]));
  await stash.apply(session(name, name));
  assert.equal((await stash.backedUp(name)).status?.phase, 'Succeeded');
  return join(bucket, name);
}

async function deleteRepository(name: string): Promise<string> {
  assert.equal((await stash.stash('delete', 'backupconfiguration', name)).code, 0);
  const deleted = await stash.stash('delete', 'repository', name);
  assert.equal(deleted.code, 0, deleted.stderr);
  return deleted.stdout;
}

test('a Repository with wipeOut leaves nothing of its restic repository behind, and what others put there stays', async () => {
  const secretsOfAKilledAgent = join(stash.dataDir, 'agents/repository/default/alone/state/tmp/access-old');
  mkdirSync(secretsOfAKilledAgent, { recursive: true });
  const folder = await backedUp('alone');
  assert.ok(!existsSync(secretsOfAKilledAgent));
  const { put, list } = folderObjects(folder);
  await put('notes.txt');
  assert.match(await deleteRepository('alone'), /\/alone: 1 recorded snapshot was removed; nothing is left of the restic repository/);
  assert.deepEqual(await list(), ['notes.txt']);
});

test('a removal that was cut off is finished when it is tried again', async () => {
  const folder = await backedUp('cut');
  for (const id of readdirSync(join(folder, 'snapshots'))) rmSync(join(folder, 'snapshots', id));
  rmSync(join(folder, 'config'));
  assert.match(await deleteRepository('cut'), /nothing is left of the restic repository/);
  assert.deepEqual(
    await folderObjects(bucket)
      .list()
      .then((names) => names.filter((name) => name.startsWith('cut/'))),
    [],
  );
});

test('an agent that is killed while it prunes leaves a lock, and the next attempt takes it away', async () => {
  const folder = await backedUp('killed');
  stash.restic.slow('prune');
  assert.equal((await stash.stash('delete', 'backupconfiguration', 'killed')).code, 0);
  assert.equal((await stash.stash('delete', 'repository', 'killed', '--no-wait')).code, 0);
  const locked = async () => (await folderObjects(folder).list()).some((name) => name.startsWith('locks/'));
  await eventually('prune has its lock', async () => stash.resticOf('prune') !== undefined && (await locked()));
  await stash.killAgent('repository/default/killed', stash.resticOf('prune')?.pid ?? 0);
  stash.restic.plain('prune');
  await stash.gone('Repository', 'killed');
  await stash.told('Repository', 'killed', /WipeOutFailed: AgentLost/);
  await stash.told('Repository', 'killed', /WipedOut: .*nothing is left/);
  assert.deepEqual(
    (await folderObjects(bucket).list()).filter((name) => name.startsWith('killed/')),
    [],
  );
});
