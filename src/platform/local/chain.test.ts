import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { AnyObject } from '../../api/object.ts';
import { type Machine, machine } from './testing/machine.ts';
import { configuration, localRepository, restore, secret, session } from './testing/manifests.ts';
import { quickRepository } from './testing/repository.ts';

let stash: Machine;
let file: string;

/** Fulls and incrementals of one file; a restore takes what the last link has. */
const SCRIPT = `
case "$STASH_OPERATION" in
  Restore)
    last=full
    for link in "$STASH_SOURCE"/incremental-*; do if [ -d "$link" ]; then last=$(basename "$link"); fi; done
    cp "$STASH_SOURCE/$last/file" "$STASH_PARAM_FILE" ;;
  *) cp "$STASH_PARAM_FILE" "$STASH_STAGE/file"; printf '{"position": {"gtid": "0-1-%s"}}' "$(cat "$STASH_PARAM_FILE")" > "$STASH_RESULT" ;;
esac
`;

before(async () => {
  stash = await machine();
  file = join(stash.dir, 'docs', 'file');
  mkdirSync(join(stash.dir, 'docs'));
  quickRepository(join(stash.dir, 'repo'));
  await stash.up();
  const copy: AnyObject = {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'Function',
    metadata: { name: 'copy' },
    spec: {
      command: ['/bin/sh', '-c'],
      args: [SCRIPT],
      supports: ['Full', 'Incremental', 'Restore'],
      source: 'Stage',
      fetch: 'Stage',
      params: [{ name: 'file', required: true }],
    },
  };
  const task = { name: 'copy', params: [{ name: 'file', value: file }] };
  const execOps = [{ alias: 'full' }, { alias: 'incremental' }];
  await stash.apply(secret('secret'), localRepository('repo', join(stash.dir, 'repo')), copy);
  await stash.apply(
    configuration('data', 'repo', [join(stash.dir, 'docs')], {
      task,
      execOps,
      chain: { maxIncrementals: 2, maxRatio: 100, onLostStage: 'Full' },
    }),
  );
});
after(() => stash.dispose());

async function backup(name: string, text: string) {
  writeFileSync(file, text);
  await stash.apply(session(name, 'data', { alias: 'incremental' }));
  const { status } = await stash.backedUp(name);
  assert.equal(status?.phase, 'Succeeded', status?.message);
  const { requested, performed, reason } = status?.operation ?? {};
  return { told: [requested, performed, reason].join(' '), host: status?.targets?.[0]?.stats?.[0] };
}

test('a chain is begun, grows, is too long, is lost, and each time the session says what was done and why', async () => {
  assert.equal((await backup('one', '1')).told, 'Incremental Full NoSnapshot');
  assert.equal((await backup('two', '2')).told, 'Incremental Incremental Requested');
  assert.equal((await backup('three', '3')).told, 'Incremental Incremental Requested');
  assert.equal((await backup('four', '4')).told, 'Incremental Full ChainTooLong');
  assert.equal((await backup('five', '5')).told, 'Incremental Incremental Requested');

  const staged = readdirSync(join(stash.dataDir, 'agents'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('chain/full/file'),
  );
  for (const name of staged) rmSync(join(stash.dataDir, 'agents', name));
  const { told, host } = await backup('six', '6');
  assert.equal(told, 'Incremental Full FullMissing');
  assert.match(host?.message ?? '', /^the files of full\/ in the stage are not those that were written$/);

  const described = await stash.stash('describe', 'backupsession', 'six');
  assert.match(described.stdout, /Operation: +Full \(asked for Incremental: FullMissing\)/);
  assert.match(described.stdout, /Message: +the files of full\//);
  assert.match(described.stdout, /Warning +ForcedFull .*a full instead of an incremental, FullMissing: the files of full/);
  const four = await stash.stash('describe', 'backupsession', 'four');
  assert.match(four.stdout, /Normal +ForcedFull .*ChainTooLong: the chain has 2 incrementals, chain.maxIncrementals is 2/);
  const wide = await stash.stash('get', 'backupsessions', '-o', 'wide');
  assert.match(wide.stdout, /six .* Full .* FullMissing/);
});

test('a restore brings back what the newest link has', async () => {
  assert.equal((await backup('seven', '7')).told, 'Incremental Incremental Requested');
  writeFileSync(file, 'lost');
  await stash.apply(restore('back', 'repo', 'data', { task: { name: 'copy', params: [{ name: 'file', value: file }] } }));
  const { status } = await stash.restored('back');
  assert.equal(status?.phase, 'Succeeded', status?.message);
  assert.equal(readFileSync(file, 'utf8'), '7');
});
