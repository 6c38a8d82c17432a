import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually } from './testing/eventually.ts';
import { type FaultyStorage, faultyStorage } from './testing/faulty-storage.ts';
import { type Machine, machine } from './testing/machine.ts';
import { configuration, repository, secret, session } from './testing/manifests.ts';
import { PASSWORD, quickRepository } from './testing/repository.ts';

let stash: Machine;
let data: string;
const folder = mkdtempSync(join(tmpdir(), 'stash-faulty-'));
let storage: FaultyStorage | { missing: string };

before(async () => {
  stash = await machine();
  data = join(stash.dir, 'docs');
  mkdirSync(data);
  writeFileSync(join(data, 'file'), 'content');
  await stash.up();
  storage = await faultyStorage(folder);
});
after(async () => {
  await stash.dispose();
  if (!('missing' in storage)) await storage.stop();
  rmSync(folder, { recursive: true });
});

/** A repository of its own, with a secret of its own. */
async function given(name: string, { password = PASSWORD, made = true }: { password?: string; made?: boolean } = {}): Promise<string> {
  const path = join(stash.dir, name);
  if (made) quickRepository(path);
  await stash.apply(
    secret(name, { RESTIC_PASSWORD: password }),
    repository(name, { local: { mountPath: path }, storageSecretName: name }),
    configuration(name, name, [data]),
  );
  return path;
}

async function outcome(name: string, invoker = name) {
  await stash.apply(session(name, invoker));
  const { status } = await stash.backedUp(name);
  const snapshots = (status?.targets ?? []).flatMap((target) => (target.stats ?? []).flatMap((host) => host.snapshots ?? []));
  if (status?.phase !== 'Succeeded') assert.deepEqual(snapshots, [], 'nothing is reported as stored');
  return { phase: status?.phase, reason: status?.reason, message: status?.message ?? '' };
}

test('a secret that is missing is named, and the repository works as soon as it is there', async () => {
  const path = join(stash.dir, 'no-secret');
  quickRepository(path);
  const backend = { local: { mountPath: path }, storageSecretName: 'not-yet' };
  await stash.apply(repository('no-secret', backend), configuration('no-secret', 'no-secret', [data]));
  const { reason, message } = await outcome('no-secret');
  assert.equal(reason, 'SecretMissing');
  assert.match(message, /default\/not-yet|"not-yet"/);
  await stash.apply(secret('not-yet'));
  assert.equal((await outcome('with-secret', 'no-secret')).phase, 'Succeeded');
});

test('a key that is missing in the secret is named', async () => {
  await stash.apply(secret('keyless', { AWS_ACCESS_KEY_ID: 'x' }));
  const backend = { local: { mountPath: join(stash.dir, 'keyless') }, storageSecretName: 'keyless' };
  await stash.apply(repository('keyless', backend), configuration('keyless', 'keyless', [data]));
  const { reason, message } = await outcome('keyless');
  assert.equal(reason, 'SecretKeyMissing');
  assert.match(message, /RESTIC_PASSWORD/);
});

test('a wrong password, as with the repository of somebody else, is told so, and nothing is written', async () => {
  const path = await given('stranger', { password: 'not-theirs' });
  assert.equal((await outcome('stranger')).reason, 'WrongPassword');
  assert.deepEqual(readdirSync(join(path, 'snapshots')), []);
  await stash.apply(secret('stranger'));
  assert.equal((await outcome('with-password', 'stranger')).phase, 'Succeeded', 'the right one is taken at once');
});

test('a directory that is gone after the repository was Ready is not silently made anew', async () => {
  const path = await given('gone');
  assert.equal((await outcome('before-gone', 'gone')).phase, 'Succeeded');
  rmSync(path, { recursive: true });
  const { phase, reason } = await outcome('gone');
  assert.deepEqual([phase, reason], ['Failed', 'RepositoryMissing']);
  assert.throws(() => readdirSync(path), /ENOENT/);
});

test('a storage that is full, read-only or down is told apart, and works again afterwards', async (t) => {
  if ('missing' in storage) return t.skip(storage.missing);
  await stash.apply(secret('rest', { RESTIC_PASSWORD: PASSWORD, ...storage.secret }));
  await stash.apply(repository('rest', { ...storage.backend, storageSecretName: 'rest' }), configuration('rest', 'rest', [data]));
  assert.equal((await outcome('rest-well', 'rest')).phase, 'Succeeded');
  storage.is('full');
  assert.equal((await outcome('rest-full', 'rest')).reason, 'StorageFull');
  storage.is('readOnly');
  assert.match((await outcome('rest-read-only', 'rest')).reason ?? '', /^Storage(Denied|ReadOnly)$/);
  storage.is('down');
  assert.equal((await outcome('rest-down', 'rest')).reason, 'StorageUnreachable');
  // A session fails for what a look at the repository finds that ends after it was made, and that is known to the second.
  const looked = await stash.until('Repository', 'rest', 'NotReady', (one) => one?.status?.phase === 'NotReady');
  await eventually('the second has passed', () => Date.now() >= Date.parse(looked.status?.lastProbeTime ?? '') + 1000);
  storage.is('well');
  assert.equal((await outcome('rest-back', 'rest')).phase, 'Succeeded');
});
