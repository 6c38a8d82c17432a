import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Machine, machine } from './testing/machine.ts';
import { configuration, localRepository, restore, secret, session } from './testing/manifests.ts';
import { quickRepository } from './testing/repository.ts';

let stash: Machine;
let data: string;

before(async () => {
  stash = await machine();
  const path = join(stash.dir, 'repository');
  quickRepository(path);
  data = join(stash.dir, 'docs');
  mkdirSync(data);
  writeFileSync(join(data, 'a'), 'a');
  await stash.apply(secret('secret'), localRepository('repo', path), configuration('docs', 'repo', [data]));
  await stash.up();
  await stash.apply(session('first', 'docs'));
  assert.equal((await stash.backedUp('first')).status?.phase, 'Succeeded');
});
after(() => stash.dispose());

const target = (rules: unknown[]) => ({
  target: { alias: 'docs', ref: { apiVersion: 'stash.appscode.com/v1beta1', kind: 'Host', name: 'docs' }, rules },
});

const REFUSED: [name: string, spec: Record<string, unknown>, phase: string, reason: string][] = [
  ['of-nobody', target([{ sourceHost: 'nobody' }]), 'Invalid', 'SnapshotNotFound'],
  ['of-no-snapshot', target([{ snapshots: ['deadbeef'] }]), 'Invalid', 'SnapshotNotFound'],
  ['to-a-time', { pointInTime: { time: '2026-11-22T10:15:00Z' } }, 'Invalid', 'Invalid'],
  ['after-a-hook', { allowOverwrite: true, hooks: { preRestore: { exec: { command: ['false'] } } } }, 'Failed', 'HookFailed'],
];

test('a restore into the data directory or the repository is refused by the agent', async () => {
  for (const place of ['data', 'repository']) {
    const task = { name: 'files', params: [{ name: 'destination', value: join(stash.dir, place) }] };
    await stash.apply(restore(`into-${place}`, 'repo', 'docs', { task, allowOverwrite: true }));
    const { status } = await stash.restored(`into-${place}`);
    assert.deepEqual([status?.phase, status?.reason], ['Failed', 'DestinationUnusable'], status?.message);
  }
});

for (const [name, spec, phase, reason] of REFUSED) {
  test(`a restore ${name.replaceAll('-', ' ')} that cannot be done ends ${phase}, once, and touches nothing`, async () => {
    await stash.apply(restore(name, 'repo', 'docs', spec));
    const { status } = await stash.restored(name);
    assert.deepEqual([status?.phase, status?.reason], [phase, reason]);
    const ends = await stash.told('RestoreSession', name, /^Restore(Succeeded|Failed|Invalid)/);
    assert.equal(ends.length, 1, ends.join('\n'));
    assert.deepEqual(readdirSync(data), ['a']);
  });
}
