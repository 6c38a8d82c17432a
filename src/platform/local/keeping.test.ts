import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { BackupSession } from '../../api/backup-session.ts';
import { startRest } from '../../engine/emulators/rest.ts';
import { type Machine, machine } from './testing/machine.ts';
import { configuration, host, localRepository, repository, restore, restoreBatch, secret, session } from './testing/manifests.ts';
import { dataSnapshots, plainRestic, startRestic } from './testing/plain-restic.ts';
import { PASSWORD, quickRepository } from './testing/repository.ts';

let stash: Machine;
let data: string;
const snapshotOf = ({ status }: BackupSession) => status?.targets?.[0]?.stats?.[0]?.snapshots?.[0]?.snapshotID ?? '';

before(async () => {
  stash = await machine();
  data = join(stash.dir, 'docs');
  mkdirSync(data);
  writeFileSync(join(data, 'file'), 'content');
  await stash.apply(secret('secret'));
  await stash.up();
});
after(() => stash.dispose());

/** A repository and a configuration of one name that keeps the newest one. */
async function given(name: string, keepLast = 1): Promise<string> {
  const path = join(stash.dir, name);
  quickRepository(path);
  const keep = { retentionPolicy: { name: 'keep', keepLast, prune: true } };
  await stash.apply(localRepository(name, path), configuration(name, name, [data], keep));
  return path;
}

async function backedUp(name: string, invoker: string): Promise<string> {
  await stash.apply(session(name, invoker));
  const ended = await stash.backedUp(name);
  assert.equal(ended.status?.phase, 'Succeeded', JSON.stringify(ended.status));
  return snapshotOf(ended);
}

const ids = async (path: string) => (await dataSnapshots(path)).map((one) => one.id);

test('retention waits for restores, one that runs and one that waits, and then keeps what it promises', async () => {
  const path = await given('kept', 2);
  const [first, second] = [await backedUp('kept-1', 'kept'), await backedUp('kept-2', 'kept')];
  const held = stash.restic.hold('restore');
  const old = { allowOverwrite: true, previousData: 'Discard', pointInTime: { snapshot: first } };
  await stash.apply(restore('runs', 'kept', 'kept', old));
  await held.reached();
  await stash.apply(restore('waits', 'kept', 'kept', old));
  await stash.until('RestoreSession', 'waits', 'waiting', (one) => one?.status?.reason === 'SlotTaken');
  await stash.apply(configuration('kept', 'kept', [data], { retentionPolicy: { name: 'keep', keepLast: 1, prune: true } }));
  const pruned = stash.stash('prune', 'kept');
  await stash.until('Repository', 'kept', 'asked', (one) => one?.metadata.annotations?.['stash.appscode.com/request'] !== undefined);
  assert.deepEqual(await ids(path), [first, second]);
  held.release();
  for (const name of ['runs', 'waits']) assert.equal((await stash.restored(name)).status?.phase, 'Succeeded', name);
  assert.equal((await pruned).code, 0);
  assert.deepEqual(await ids(path), [second]);
});

test('records that somebody else wrote stop retention until they are adopted again', async () => {
  const path = await given('tampered');
  const before = await backedUp('untouched', 'tampered');
  const forged = '{"version":1,"repositoryId":"x","entries":[]}\n0000\n';
  const writer = await startRestic(
    path,
    'backup',
    '--host',
    'stash-records',
    '--tag',
    'stash.series=records',
    '--stdin',
    '--stdin-filename',
    'records',
  );
  writer.child.stdin.end(forged);
  assert.equal(await writer.ended, 0);
  const after = await backedUp('tampered', 'tampered');
  const { status } = await stash.until('Repository', 'tampered', 'at odds', (one) => one?.status?.maintenance?.phase === 'Failed');
  assert.equal(status?.maintenance?.error?.code, 'RecordsTampered');
  assert.deepEqual((await ids(path)).sort(), [before, after].sort(), 'nothing is forgotten');
  const adopted = await stash.stash('adopt', 'tampered');
  assert.equal(adopted.code, 0, adopted.stderr);
  const last = await backedUp('mended', 'tampered');
  assert.deepEqual(await ids(path), [last], 'retention is at work again');
});

test('what an earlier Stash or plain restic stored is adopted and restored', async () => {
  const path = join(stash.dir, 'earlier');
  quickRepository(path);
  await plainRestic(path, 'backup', '--host', 'host-0', data);
  await stash.apply(localRepository('earlier', path));
  await stash.until('Repository', 'earlier', 'Ready', (one) => one?.status?.phase === 'Ready');
  const adopted = await stash.stash('adopt', 'earlier');
  assert.equal(adopted.code, 0, adopted.stderr);
  assert.match(adopted.stdout, /1 snapshots were adopted/);
  const listed = await stash.stash('snapshots', 'earlier');
  assert.match(listed.stdout, /host-0/);
  rmSync(data, { recursive: true });
  const rules = [{ targetHosts: [], sourceHost: 'host-0' }];
  const target = { ...host('anywhere', []), paths: undefined, rules };
  await stash.apply(restore('from-earlier', 'earlier', 'anywhere', { target: JSON.parse(JSON.stringify(target)) }));
  const { status } = await stash.restored('from-earlier');
  assert.equal(status?.phase, 'Succeeded', JSON.stringify(status));
  assert.equal(readFileSync(join(data, 'file'), 'utf8'), 'content');
});

for (const executionOrder of ['Parallel', 'Sequential']) {
  test(`a RestoreBatch (${executionOrder}) with a member that cannot be restored restores the others and fails, naming it`, async () => {
    const name = `batch-${executionOrder.toLowerCase()}`;
    await given(name);
    await backedUp(name, name);
    writeFileSync(join(data, 'file'), 'lost');
    await stash.apply(restoreBatch(name, name, ['nobody', name], { executionOrder, allowOverwrite: true, previousData: 'Discard' }));
    const { status } = await stash.until('RestoreBatch', name, 'ended', (one) => /^(Succeeded|Failed)$/.test(one?.status?.phase ?? ''));
    assert.equal(status?.phase, 'Failed');
    assert.match(status.message ?? '', /Host\/nobody: SnapshotNotFound/);
    assert.deepEqual(
      status.members?.map((member) => member.phase),
      ['Failed', 'Succeeded'],
    );
    assert.equal(readFileSync(join(data, 'file'), 'utf8'), 'content');
  });
}

test('wipeOut removes what is recorded when the Repository is deleted, and nothing of others', async (t) => {
  const folder = join(stash.dir, 'rest');
  mkdirSync(folder);
  const rest = await startRest(folder);
  if ('missing' in rest) return t.skip(rest.missing);
  t.after(() => rest.stop?.());
  const path = join(folder, 'data', 'shop');
  quickRepository(path);
  await plainRestic(path, 'backup', '--host', 'somebody', data);
  const [theirs] = await ids(path);
  await stash.apply(
    secret('rest', { RESTIC_PASSWORD: PASSWORD, ...rest.secret }),
    repository('wiped', { ...rest.backend, storageSecretName: 'rest' }, { wipeOut: true }),
    configuration('wiped', 'wiped', [data]),
  );
  await backedUp('doomed', 'wiped');
  assert.equal((await ids(path)).length, 2);
  const deleted = await stash.stash('delete', 'repository', 'wiped');
  assert.equal(deleted.code, 0, deleted.stderr);
  assert.match(deleted.stdout, /1 recorded snapshot was removed; the restic repository stays: it holds other snapshots \(1\)/);
  assert.deepEqual(await ids(path), [theirs]);
  assert.deepEqual(readdirSync(join(path, 'locks')), []);
});
