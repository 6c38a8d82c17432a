import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { directoriesOf } from './directories.ts';
import { eventually } from './testing/eventually.ts';
import { type FilesMachine, filesMachine, keep } from './testing/files-machine.ts';
import { configuration, host, session } from './testing/manifests.ts';
import { dataSnapshots } from './testing/plain-restic.ts';

let stash: FilesMachine['stash'];
let path: string;
let data: string;

before(async () => {
  ({ stash, path, data } = await filesMachine(keep(20)));
});
after(() => stash.dispose());

const journaled = () => readdirSync(directoriesOf(stash.dataDir).hooks).length > 0;

for (const [exit, phase, reason] of [
  [0, 'Succeeded', 'DataStored'],
  [3, 'Failed', 'HookFailed'],
] as const)
  test(`an operator killed during the postBackup hook runs it again, and its end (${exit}) is that of the session`, async () => {
    const name = `post-${exit}`;
    const [fifo, ran] = [join(stash.dir, `${name}.fifo`), join(stash.dir, `${name}.ran`)];
    execFileSync('mkfifo', [fifo]);
    const command = ['sh', '-c', `echo ran >> ${ran}; if [ -p ${fifo} ]; then : < ${fifo}; fi; exit ${exit}`];
    await stash.apply(
      configuration(name, 'repo', [data], { ...keep(20), target: host(name, [data]), hooks: { postBackup: { exec: { command } } } }),
    );
    await stash.apply(session(name, name));
    await eventually(
      'the hook runs, and is in the journal',
      () => existsSync(ran) && readFileSync(ran, 'utf8') === 'ran\n' && journaled(),
      stash.log,
    );
    await stash.killOperator();
    rmSync(fifo);
    await stash.up();
    const { status } = await stash.backedUp(name);
    assert.deepEqual([status?.phase, status?.reason], [phase, reason], JSON.stringify(status));
    assert.equal(readFileSync(ran, 'utf8'), 'ran\nran\n');
    const left = stash.processes().filter(({ args }) => args.join(' ').includes(fifo));
    assert.deepEqual(left, [], 'the first one was ended');
    const condition = status?.conditions?.find((one) => one.type === 'PostBackupHookExecutionSucceeded');
    assert.equal(condition?.status, exit === 0 ? 'True' : 'False');
    const [stored, ...more] = (await dataSnapshots(path)).filter((one) => one.tags?.includes(`stash.session=default/${name}`));
    assert.deepEqual(more, []);
    assert.equal(status?.targets?.[0]?.stats?.[0]?.snapshots?.[0]?.snapshotID, stored?.id);
    const recorded = (one: { status?: { conditions?: { type: string; status: string }[] } } | undefined) =>
      one?.status?.conditions?.some((entry) => entry.type === 'SnapshotsRecorded' && entry.status === 'True') === true;
    await stash.until('BackupSession', name, 'recorded', recorded);
  });

test('an operator killed while a retry is waited for makes it once', async () => {
  const missing = configuration('again', 'repo', [join(stash.dir, 'nothing')], {
    retryConfig: { maxRetry: 1, delay: '1h' },
    backupHistoryLimit: 5,
  });
  await stash.apply(missing, session('first', 'again', { retryLeft: 1 }));
  const first = await stash.until('BackupSession', 'first', 'to be repeated', (one) => one?.status?.nextRetry !== undefined);
  await stash.killOperator();
  // The hour has passed.
  const ended = '2026-01-01T00:00:00Z';
  await stash.store.replaceStatus('BackupSession', {
    ...first,
    status: { ...first.status, endTime: ended, nextRetry: '2026-01-01T01:00:00Z' },
  });
  const all = async () => (await stash.store.list('BackupSession')).filter((one) => one.spec.invoker.name === 'again');
  await stash.up();
  await stash.until('BackupSession', 'first', 'repeated', (one) => one?.status?.retried === true);
  await stash.killOperator();
  await stash.up();
  const [retry, ...others] = (await all()).filter((one) => one.metadata.name !== 'first');
  assert.deepEqual(others, []);
  assert.equal(retry?.spec.retryOf, 'first');
  const { status } = await stash.backedUp(retry.metadata.name);
  assert.deepEqual([status?.phase, status?.reason, status?.nextRetry], ['Failed', 'PathNotFound', undefined]);
  assert.equal((await all()).length, 2);
});
