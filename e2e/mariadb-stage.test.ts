import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askFor, ended, inPlace, snapshotsOf, succeeded } from './harness/backup.ts';
import { NO_IMAGE } from './harness/database.ts';
import { forcedFull } from './harness/forced-full.ts';
import { apply, kubectl } from './harness/kubectl.ts';
import { oneServer } from './harness/one-server.ts';
import { readRepository } from './harness/snapshots.ts';
import { setValve } from './harness/storage.ts';
import { waitFor } from './harness/wait-for.ts';

test('a stage that goes with its pod forces a full; one whose storage is away keeps what was not stored, until it is back', {
  skip: NO_IMAGE,
}, async (t) => {
  const { namespace, storage, orders, sql, sums } = await oneServer(t, { tempDir: { sizeLimit: '1Gi' } });
  const ask = (name: string, alias: string) => askFor(namespace, 'orders', name, { alias });

  await succeeded(namespace, await ask('full', 'full'));
  await kubectl(['delete', 'pod', 'orders-0', '--namespace', namespace, '--timeout=60s']);
  await waitFor('the server is back', sums, (text) => text !== '', { seconds: 90 });
  const forced = await succeeded(namespace, await ask('forced', 'incremental'));
  await forcedFull(forced, { host: 'orders-0', reason: 'FullMissing', why: /there is no full in the stage/, event: 'Warning' });

  await setValve(namespace, 'away');
  await sql('UPDATE shop.fixed SET text = REVERSE(text) WHERE id % 7 = 0');
  const away = await ended(namespace, await ask('away', 'incremental'), { seconds: 240 });
  assert.deepEqual([away.status.phase, away.status.reason], ['Failed', 'StorageUnreachable'], away.status.message);
  assert.deepEqual(snapshotsOf(away), {});
  await setValve(namespace, 'open');
  await sql('DELETE FROM shop.fixed WHERE id % 11 = 0');
  const back = await succeeded(namespace, await ask('back', 'incremental'));
  assert.equal(back.status.operation.performed, 'Incremental', back.status.message);
  const wanted = await sums();
  const [id] = Object.values(snapshotsOf(back));
  const { snapshots } = await readRepository(namespace, storage.url);
  const stored = snapshots.find((one) => one.id === id);
  assert.ok(stored?.tags.includes('stash.link=incremental-0002'), 'after the one that could not be stored');

  await sql('DROP TABLE shop.fixed');
  await apply(namespace, inPlace('undo', { ...orders, rules: [{ snapshots: [id] }] }, { task: { name: 'mariadb-restore' } }));
  await succeeded(namespace, 'undo', { kind: 'restoresessions' });
  await waitFor('the table is back', sums, (sum) => sum === wanted);
});
