import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually } from './testing/eventually.ts';
import { type FilesMachine, filesMachine, keep } from './testing/files-machine.ts';
import { configuration, localRepository, session } from './testing/manifests.ts';
import { dataSnapshots, plainRestic, startRestic } from './testing/plain-restic.ts';
import { kill } from './testing/processes.ts';

let stash: FilesMachine['stash'];
let path: string;
let data: string;
/** A name with more to it is one that is being written. */
const locks = () => readdirSync(join(path, 'locks')).filter((name) => /^[0-9a-f]{64}$/.test(name));

before(async () => {
  ({ stash, path, data } = await filesMachine(keep(1)));
  await stash.apply(session('stored', 'docs'));
  assert.equal((await stash.backedUp('stored')).status?.phase, 'Succeeded');
});
after(() => stash.dispose());

test('an agent killed during the survey of a maintenance leaves the lock of another that is alive, and the next maintenance runs', async (t) => {
  const foreign = await startRestic(path, 'backup', '--host', 'somebody', '--stdin');
  t.after(() => foreign.child.kill());
  await eventually('the other restic has its lock', () => locks().length === 1);
  const theirs = locks();
  const held = stash.restic.hold('snapshots');
  const asked = stash.stash('prune', 'repo');
  await stash.killAgent('repository/', await held.reached());
  held.release();
  const told = await asked;
  assert.notEqual(told.code, 0);
  assert.match(told.stderr, /AgentLost/);
  assert.equal((await stash.stash('unlock', 'repo')).code, 5);
  assert.deepEqual(locks(), theirs);
  foreign.child.stdin.end('what they stored');
  assert.equal(await foreign.ended, 0);
  await inOrder('prune');
});

test('an agent killed during the check of a maintenance: its lock, which keeps all others out, goes with the next one', async () => {
  await killAtCheck();
  await inOrder('check');
});

test('an agent killed during the check of a maintenance: who comes next, however soon, waits until its lock is gone', async () => {
  await killAtCheck();
  // Times have whole seconds.
  const ended = (await stash.store.get('Repository', { namespace: 'default', name: 'repo' }))?.status?.maintenance?.endTime ?? '';
  await eventually('the second is over', () => Date.now() >= Date.parse(ended) + 1_000);
  await stash.apply(session('soon', 'docs'));
  const { status } = await stash.backedUp('soon');
  assert.equal(status?.phase, 'Succeeded', JSON.stringify(status));
  await eventually('nothing has a lock', () => locks().length === 0);
});

/** Leaves the lock of a check, which keeps all others out. */
async function killAtCheck(): Promise<void> {
  stash.restic.slow('check');
  const asked = stash.stash('check', 'repo');
  await eventually('check has its lock', () => locks().length === 1 && stash.resticOf('check') !== undefined, stash.log);
  const restic = stash.resticOf('check')?.pid ?? 0;
  kill(restic, 'SIGSTOP');
  await stash.killAgent('repository/', restic);
  stash.restic.plain('check');
  const told = await asked;
  assert.notEqual(told.code, 0);
  assert.match(told.stderr, /AgentLost/);
  assert.equal(locks().length, 1, 'nobody took the lock away yet');
}

/** The maintenance that is asked for runs to its end, and leaves a repository that is whole, unlocked and in use. */
async function inOrder(request: string): Promise<void> {
  const again = await stash.stash(request, 'repo');
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual(locks(), []);
  assert.equal((await dataSnapshots(path, 'docs')).length, 1);
  assert.match(await plainRestic(path, 'check', '--read-data'), /no errors were found/);
  await stash.apply(session(`after-${request}`, 'docs'));
  assert.equal((await stash.backedUp(`after-${request}`)).status?.phase, 'Succeeded');
}

test('an agent killed before its init wrote anything is asked once more, and the session that waits goes on', async () => {
  const held = stash.restic.hold('init');
  const fresh = join(stash.dir, 'fresh');
  await stash.apply(localRepository('fresh', fresh), configuration('fresh', 'fresh', [data]), session('fresh', 'fresh'));
  await stash.killAgent('repository/default/fresh', await held.reached());
  held.release();
  const { status } = await stash.backedUp('fresh');
  assert.equal(status?.phase, 'Succeeded', JSON.stringify(status));
  assert.match(await plainRestic(fresh, 'check', '--read-data'), /no errors were found/);
});

test('what an init that was killed in the middle left is named, and the place is used as soon as that is gone', async () => {
  const half = join(stash.dir, 'half');
  const [pid, fifo] = [join(stash.dir, 'init.pid'), join(stash.dir, 'init.fifo')];
  execFileSync('mkfifo', [fifo]);
  // restic writes the key first and config last.
  stash.restic.before(
    'init',
    `"$real" "$@" > /dev/null; rm '${half}/config'; echo $$ > '${pid}.new'; mv '${pid}.new' '${pid}'; : < '${fifo}'`,
  );
  await stash.apply(localRepository('half', half), configuration('half', 'half', [data]), session('half', 'half'));
  await eventually('the key is written', () => existsSync(pid), stash.log);
  stash.restic.plain('init');
  await stash.killAgent('repository/default/half', Number(readFileSync(pid, 'utf8')));
  const { status } = await stash.backedUp('half');
  assert.deepEqual([status?.phase, status?.reason], ['Failed', 'RepositoryUnfinished'], JSON.stringify(status));
  assert.match(status?.message ?? '', /already contains keys.*remove what is in keys/);

  for (const key of readdirSync(join(half, 'keys'))) rmSync(join(half, 'keys', key));
  // A session fails for what was found since it was made, and that is known to the second.
  const { status: known } = await stash.until('Repository', 'half', 'there', () => true);
  await eventually('the second has passed', () => Date.now() >= Date.parse(known?.lastProbeTime ?? '') + 1000);
  await stash.apply(session('whole', 'half'));
  const whole = await stash.backedUp('whole');
  assert.equal(whole.status?.phase, 'Succeeded', JSON.stringify(whole.status));
});
