import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type FilesMachine, filesMachine } from './testing/files-machine.ts';
import { restore, restoreBatch, session } from './testing/manifests.ts';

let stash: FilesMachine['stash'];
let data: string;
let log: string;

before(async () => {
  ({ stash, data } = await filesMachine());
  log = join(stash.dir, 'hooks');
  await stash.apply(session('stored', 'docs'));
  assert.equal((await stash.backedUp('stored')).status?.phase, 'Succeeded');
});
after(() => stash.dispose());

/** Writes down its name and what is in the file when it runs. */
function noting(name: string, ...more: string[]): Record<string, unknown> {
  return { exec: { command: ['sh', '-c', 'echo "$0" "$(cat "$1")" "$3" >> "$2"', name, join(data, 'file'), log, ...more] } };
}

function lose(): void {
  writeFileSync(join(data, 'file'), 'lost');
  writeFileSync(log, '');
}

test('a preRestore hook runs before the data is touched, and a postRestore hook when it is there again', async () => {
  lose();
  const hooks = { preRestore: noting('pre'), postRestore: noting('post', '{{ .Target.Name }} {{ .Status.Phase }}') };
  await stash.apply(restore('one', 'repo', 'docs', { allowOverwrite: true, hooks }));
  const { status } = await stash.restored('one');
  assert.equal(status?.phase, 'Succeeded', JSON.stringify(status));
  assert.equal(readFileSync(log, 'utf8'), 'pre lost \npost content docs Succeeded\n');
});

test('the hooks of a RestoreBatch run around those of its member', async () => {
  lose();
  const around = (name: string) => ({ hooks: { preRestore: noting(`pre-${name}`), postRestore: noting(`post-${name}`) } });
  const manifest = restoreBatch('all', 'repo', ['docs'], { allowOverwrite: true, ...around('batch') });
  const members = (manifest.spec as { members: object[] }).members.map((member) => ({ ...member, ...around('member') }));
  await stash.apply({ ...manifest, spec: { ...(manifest.spec as object), members } } as typeof manifest);
  const { status } = await stash.until('RestoreBatch', 'all', 'ended', (one) => /Succeeded|Failed/.test(one?.status?.phase ?? ''));
  assert.equal(status?.phase, 'Succeeded', JSON.stringify(status));
  const ran = ['pre-batch lost', 'pre-member lost', 'post-member content', 'post-batch content'];
  assert.equal(readFileSync(log, 'utf8'), ran.map((line) => `${line} \n`).join(''));
});

test('a preRestore hook that fails leaves the data as it is, and names what the hook said', async () => {
  lose();
  const hooks = { preRestore: { exec: { command: ['sh', '-c', 'echo the server still runs; exit 4'] } }, postRestore: noting('post') };
  await stash.apply(restore('refused', 'repo', 'docs', { allowOverwrite: true, hooks }));
  const { status } = await stash.restored('refused');
  assert.deepEqual([status?.phase, status?.reason], ['Failed', 'HookFailed']);
  assert.match(status?.message ?? '', /status 4: the server still runs/);
  assert.equal(readFileSync(join(data, 'file'), 'utf8'), 'lost');
  assert.equal(readFileSync(log, 'utf8'), '');
});
