import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Engine, Snapshot } from '../engine/engine.ts';
import type { BackupTask, RestoreTask } from '../orders/order.ts';
import type { OrderRun } from './order-run.ts';
import { restoredByOthers, storedByOthers } from './stash-output.ts';

const ID = 'ab12cd34'.repeat(8);
const snapshot: Snapshot = { id: ID, time: '2026-03-01T10:00:00Z', host: 'host-0', paths: ['/dump.sql'], tags: [], tree: 't' };
const told = {
  name: 'ab12cd34',
  path: '/dump.sql',
  totalSize: '1.500 MiB',
  uploaded: '512 B',
  processingTime: '1m2.5s',
  fileStats: { totalFiles: 1, newFiles: 1 },
};
const task = {
  type: 'Backup',
  operation: 'Full',
  host: 'host-0',
  steps: [],
  repositories: [{ namespace: 'shop', name: 'repo', access: { url: '', env: {}, files: {}, flags: [] } }],
} as unknown as BackupTask;

test('what the steps tell is reported once the repository has it, with the whole id', async (t) => {
  const output = { backupTargetStatus: { stats: [{ hostname: 'host-0', phase: 'Succeeded', snapshots: [told] }] } };
  const [stored] = (await backup(t, output)).stored;
  assert.deepEqual(stored, {
    repository: { namespace: 'shop', name: 'repo' },
    snapshotId: ID,
    paths: ['/dump.sql'],
    totalBytes: 1.5 * 2 ** 20,
    storedBytes: 512,
    seconds: 62.5,
    files: { total: 1, new: 1, modified: 0, unmodified: 0 },
    unreadable: [],
  });
});

test('what the repository says of sizes counts more than what the steps say', async (t) => {
  const output = { hostBackupStats: [{ hostname: 'host-0', phase: 'Succeeded', snapshots: [told] }] };
  const sized = { ...snapshot, bytesProcessed: 7, bytesStored: 3, filesTotal: 2 };
  const [stored] = (await backup(t, output, [sized])).stored;
  assert.deepEqual([stored?.totalBytes, stored?.storedBytes, stored?.files.total], [7, 3, 2]);
});

test('a snapshot counts as this backup from five minutes before it began', async (t) => {
  const output = { hostBackupStats: [{ hostname: 'host-0', phase: 'Succeeded', snapshots: [told] }] };
  for (const time of ['2026-03-01T09:53:00Z', '2026-03-01T10:53:00.5+01:00'])
    assert.equal((await backup(t, output, [{ ...snapshot, time }])).stored.length, 1, time);
  for (const time of ['2026-03-01T09:52:59Z', '2026-02-28T10:00:00Z', ''])
    await assert.rejects(backup(t, output, [{ ...snapshot, time }]), {
      code: 'FunctionFailed',
      message: new RegExp(`names snapshot ab12cd34 of ${time}, from before this backup, which began 2026-03-01T09:58:00Z: nothing new`),
      remedy: /5 minutes/,
    });
});

const host = (more: object) => ({
  backupTargetStatus: { stats: [{ hostname: 'host-0', phase: 'Succeeded', snapshots: [told], ...more }] },
});
const refused: [why: string, output: unknown, says: RegExp][] = [
  [
    'a snapshot that is not there',
    host({ snapshots: [{ name: 'ffffffff' }] }),
    /Repository repo has no snapshot "ffffffff" of host host-0/,
  ],
  ['a name that could be any', host({ snapshots: [{ name: 'ab' }] }), /has no snapshot "ab"/],
  ['one snapshot twice', host({ snapshots: [told, { name: ID }] }), /names snapshot ab12cd34 twice/],
  ['more than one host has', host({ snapshots: Array(257).fill(told) }), /names 257 snapshots of host host-0; at most 256/],
  ['no snapshot at all', host({ snapshots: [] }), /names no snapshot/],
  ['an error of theirs', host({ phase: 'Failed', error: 'dump: access denied' }), /host host-0 has Failed: dump: access denied/],
  ['another host', host({ hostname: 'db' }), /tells of host "db", and not of "host-0"/],
  ['no host', {}, /tells of no host/],
  ['no object', 'text', /is no JSON object/],
  ['nothing', undefined, /cannot be read: ENOENT/],
];
for (const [why, output, says] of refused)
  test(`a backup with ${why} is not stored`, (t) => assert.rejects(backup(t, output), { code: 'FunctionFailed', message: says }));

test('a restore is what every host of it tells', async (t) => {
  const good = await fileWith(t, { restoreTargetStatus: { stats: [{ hostname: 'host-0', phase: 'Succeeded' }] } });
  const restore = { type: 'Restore', snapshots: [{ id: ID, paths: [], bytes: 9 }] } as unknown as RestoreTask;
  assert.deepEqual(await restoredByOthers(RUN, restore, good), { type: 'Restore', files: 0, bytes: 9 });
  const bad = await fileWith(t, { hostRestoreStats: [{ hostname: 'host-0', phase: 'Failed', error: 'no table' }] });
  await assert.rejects(restoredByOthers(RUN, restore, bad), { code: 'FunctionFailed', message: /no table/ });
});

const RUN = { step: (_: string, work: (control: unknown) => unknown) => work({ engine: () => ({}) }) } as unknown as OrderRun;

async function backup(t: { after: (end: () => Promise<void>) => void }, output: unknown, present: Snapshot[] = [snapshot]) {
  const engine = { snapshots: async () => present } as unknown as Engine;
  return storedByOthers(RUN, task, { file: await fileWith(t, output), since: '2026-03-01T09:58:00Z' }, engine);
}

async function fileWith(t: { after: (end: () => Promise<void>) => void }, output: unknown): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'stash-output-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'output.json');
  if (output !== undefined) await writeFile(file, JSON.stringify(output));
  return file;
}
