import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { createExposition } from './exposition.ts';
import type { Observed } from './observe.ts';
import { configuration, ended, NOTHING, repository } from './testing/objects.ts';
import { WorkMetrics } from './work.ts';

const clock = { monotonic: () => performance.now() };
const scraped = async (objects: Observed | undefined, legacyNames = false, work = new WorkMetrics()) =>
  text(await createExposition({ clock, legacyNames, work, objects: () => objects }).scrape());

test('an operator that does not lead serves its process and that it does not lead, and nothing about objects', async () => {
  const told = await scraped(undefined);
  assert.match(told, /^stash_leader 0$/m);
  assert.match(told, /^process_cpu_seconds_total /m);
  assert.doesNotMatch(told, /stash_appscode_com|stash_objects/);
});

test('labels are written as Prometheus reads them, and what the controllers do is told', async () => {
  const work = new WorkMetrics();
  work.reconciled('backup-session', 'done', 0.25);
  work.reconciled('backup-session', 'done', 0.5);
  work.queues = () => [{ controller: 'repository', waiting: 1, running: 2, delayed: 3, failing: 4 }];
  const place = repository('repo');
  place.spec.backend.s3 = { endpoint: 's3', bucket: 'a"b\\c\nd' };
  const told = await scraped({ ...NOTHING, Repository: [place], BackupConfiguration: [configuration('docs')] }, false, work);
  const lines = [
    'stash_leader 1',
    'stash_appscode_com_repository_usable{namespace="shop",name="repo",backend="s3",bucket="a\\"b\\\\c\\nd",prefix=""} 1',
    'stash_reconciles_total{controller="backup-session",outcome="done"} 2',
    'stash_reconcile_duration_seconds_total{controller="backup-session"} 0.75',
    'stash_queue_keys{controller="repository",state="failing"} 4',
  ];
  for (const line of lines) assert.ok(told.split('\n').includes(line), `${line}\n\n${told}`);
  assert.match(told, /^# TYPE stash_appscode_com_alias_missed_runs_total counter$/m);
});

test('the older names are served only when asked for, with the same values', async () => {
  const objects = { ...NOTHING, BackupConfiguration: [configuration('docs')], BackupSession: [ended('one', 'Failed', 10)] };
  assert.doesNotMatch(await scraped(objects), /stash_backup_session_success/);
  assert.match(await scraped(objects, true), /^stash_backup_session_success\{.*invoker_name="docs".*\} 0$/m);
});

test('a scrape of ten thousand configurations takes well under a second of work', async () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `docs-${index}`);
  const objects = {
    ...NOTHING,
    BackupConfiguration: names.map((name) => configuration(name)),
    BackupSession: names.flatMap((name) => [ended('one', 'Succeeded', 10, name), ended('two', 'Failed', 20, name)]),
  };
  const exposition = createExposition({ clock, legacyNames: false, work: new WorkMetrics(), objects: () => objects });
  await text(await exposition.scrape());
  const before = process.cpuUsage();
  const told = await text(await exposition.scrape());
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1_000_000;
  const lines = told.split('\n').length;
  assert.ok(lines > 200_000, `${lines} lines`);
  // Measured: 0.6 s, on a machine that others use too.
  assert.ok(seconds < 3, `${seconds} s of work for ${lines} lines`);
  if (process.env.STASH_TEST_FIGURES) console.log({ seconds, lines, bytes: told.length });
});
