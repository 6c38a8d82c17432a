import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SERIES, TAGS, tagText } from '../../api/names.ts';
import { createRestic } from '../../engine/restic/restic.ts';
import { findTool, isFound } from '../../platform/tools/locate.ts';
import { formatRecords, RECORDS_FILE } from '../../rules/records.ts';
import { systemClock } from '../../runtime/clock.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import { type CliProcess, cliProcess } from '../testing/cli-process.ts';
import { DOCS } from '../testing/manifests.ts';

let stash: CliProcess;
let place: string;
let id: string;

before(async () => {
  stash = await cliProcess();
  place = join(stash.dir, 'repo');
  const applied = await stash.run(['apply', '-f', '-'], { stdin: DOCS.replace('/var/tmp/stash-test-repo', place) });
  assert.equal(applied.code, 0, applied.stderr);
});
after(() => stash.dispose());

test('a repository that is not there yet is told with what to do', async () => {
  const ended = await stash.run(['snapshots', 'local-repo']);
  assert.equal(ended.code, 5, ended.stderr);
  assert.match(ended.stderr, /RepositoryMissing/);
});

test('snapshots are listed as Stash named them, without those that Stash keeps for itself', async () => {
  await fillRepository();
  const table = await stash.run(['snapshots', 'local-repo']);
  assert.equal(table.code, 0, table.stderr);
  assert.match(
    table.stdout,
    new RegExp(`^local-repo-${id.slice(0, 8)} +${id.slice(0, 8)} +host-0 +\\S+/files +5 B +Full +default/Host/docs +no +\\d`, 'm'),
  );
  assert.equal(table.stdout.trimEnd().split('\n').length, 2);

  const all = JSON.parse((await stash.run(['snapshots', 'local-repo', '--all', '-o', 'json'])).stdout);
  assert.equal(all.items.length, 2);
  assert.deepEqual(
    all.items.map((one: { status: { complete?: boolean } }) => one.status.complete),
    [false, undefined],
  );
  assert.deepEqual([all.items[0].kind, all.items[0].metadata.uid, all.items[0].status.session], ['Snapshot', id, 'default/docs-full-1']);
});

test('snapshots are found by host and by target', async () => {
  const [target, other, host] = await Promise.all([
    stash.run(['snapshots', 'repository/local-repo', '--target', 'host/docs', '-o', 'name']),
    stash.run(['snapshots', 'local-repo', '--target', 'Host/other']),
    stash.run(['snapshots', 'local-repo', '--host', 'host-1']),
  ]);
  assert.equal(target.stdout, `local-repo-${id.slice(0, 8)}\n`);
  for (const none of [other, host]) {
    assert.equal(none.stdout, '');
    assert.match(none.stderr, /no snapshots in repository local-repo/);
  }
});

async function fillRepository(): Promise<void> {
  const tool = await findTool('restic');
  assert.ok(isFound(tool), isFound(tool) ? '' : tool.remedy);
  const [cacheDir, tmpDir, data] = ['cache', 'tmp', 'files'].map((name) => join(stash.dir, name)) as [string, string, string];
  for (const directory of [cacheDir, tmpDir, data]) await mkdir(directory);
  await writeFile(join(data, 'file'), 'hello');
  const engine = createRestic({ path: tool.path, cacheDir, tmpDir, baseEnv: { PATH: process.env.PATH ?? '', HOME: stash.dir } });
  const access = { url: place, env: { RESTIC_PASSWORD: 'not-to-be-seen' }, files: {}, flags: [] };
  const run = { signal: new AbortController().signal, timeoutMs: 60_000 };
  const { id: repositoryId } = await engine.init(access, run);
  const tags = [tagText(TAGS.operation, 'Full'), tagText(TAGS.target, 'default/Host/docs'), tagText(TAGS.session, 'default/docs-full-1')];
  const source = { type: 'paths' as const, paths: [data], exclude: [] };
  id = (await engine.backup(access, { source, host: 'host-0', tags, force: false, args: [] }, run)).snapshotId;
  const series = [tagText(TAGS.series, SERIES.records)];
  const entry = { id, time: '2026-11-22T10:00:00Z', target: 'default/Host/docs', host: 'host-0', operation: 'Full', complete: false };
  const text = formatRecords({ repositoryId, entries: [entry] }, 'not-to-be-seen');
  await engine.save(access, { text, fileName: RECORDS_FILE, host: 'stash', tags: series }, run);
  const store = openSqliteStore({ file: join(stash.dataDir, 'store.db'), clock: systemClock, newUid: randomUUID });
  const repository = await store.get('Repository', { namespace: 'default', name: 'local-repo' });
  assert.ok(repository);
  await store.replaceStatus('Repository', { ...repository, status: { repositoryID: repositoryId } });
  await store.close();
}
