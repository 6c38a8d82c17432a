import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupConfiguration } from '../api/backup-configuration.ts';
import type { BackupSession } from '../api/backup-session.ts';
import type { RestoreSession } from '../api/restore-session.ts';
import { intervals } from './intervals.ts';
import { type Observed, observe } from './observe.ts';
import { configuration, ended, NOTHING, repository } from './testing/objects.ts';

const LINE = 'invoker_kind=BackupConfiguration,invoker_name=docs,namespace=shop,driver=Restic,repository=repo,alias=full';
const HOST = `${LINE},kind=Host,group=stash.appscode.com,name=docs,hostname=docs`;

function series(objects: Partial<Observed>): Map<string, number> {
  const found = [...observe({ ...NOTHING, ...objects }, intervals()).entries()].flatMap(([metric, samples]) =>
    samples.map(({ labels: shared, own, value }) => {
      const labels = { ...shared, ...own };
      for (const label of Object.keys(labels)) assert.ok(metric.labels.includes(label), `${metric.name} has the label ${label}`);
      const place = Object.entries(labels).map(([name, text]) => `${name}=${text}`);
      return [`${metric.name.replace('stash_appscode_com_', '')}{${place.join(',')}}`, value] as const;
    }),
  );
  assert.equal(new Set(found.map(([name]) => name)).size, found.length, 'no series is told twice');
  return new Map(found);
}

test('a backup that succeeded tells its result, its time and its data, by alias, target and host', () => {
  const told = series({ BackupConfiguration: [configuration('docs')], BackupSession: [ended('one', 'Succeeded', 10)] });
  const expected = {
    [`backupsession_success{${LINE}}`]: 1,
    [`backupsession_duration_seconds{${LINE}}`]: 90,
    [`backupsession_last_success_time_seconds{${LINE}}`]: Date.UTC(2026, 10, 22, 10, 10, 30) / 1000,
    [`backupsession_target_count_total{${LINE}}`]: 1,
    [`backupsession_host_backup_success{${HOST}}`]: 1,
    [`backupsession_host_data_size_bytes{${HOST}}`]: 2048,
    [`backupsession_host_data_uploaded_bytes{${HOST}}`]: 512,
    [`backupsession_host_files_total{${HOST}}`]: 3,
    [`alias_interval_seconds{${LINE}}`]: 900,
    [`alias_missed_runs_total{${LINE}}`]: 2,
    'stash_objects{kind=BackupSession}': 1,
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(told.get(name), value, name);
});

test('a failure leaves nothing of the success before it standing but its time', () => {
  const sessions = [ended('one', 'Succeeded', 10), ended('two', 'Failed', 20)];
  const told = series({ BackupConfiguration: [configuration('docs')], BackupSession: sessions });
  assert.equal(told.get(`backupsession_success{${LINE}}`), 0);
  assert.equal(told.get(`backupsession_failure{${LINE},reason=HostFailed}`), 1);
  assert.equal(told.get(`backupsession_host_backup_success{${HOST}}`), 0);
  assert.equal(told.get(`backupsession_last_success_time_seconds{${LINE}}`), Date.UTC(2026, 10, 22, 10, 10, 30) / 1000);
  for (const gone of ['host_data_size_bytes', 'host_files_total', 'host_data_uploaded_bytes'])
    assert.ok(!told.has(`backupsession_${gone}{${HOST}}`), gone);
});

test('a session that was skipped, or has not ended, changes no result; the oldest open one tells since when', () => {
  const open = (name: string, minute: number, phase: string) => ended(name, phase, minute);
  const sessions = [ended('one', 'Succeeded', 10), ended('two', 'Skipped', 20), open('three', 30, 'Running'), open('four', 31, 'Pending')];
  const told = series({ BackupConfiguration: [configuration('docs')], BackupSession: sessions });
  assert.equal(told.get(`backupsession_success{${LINE}}`), 1);
  assert.equal(told.get(`backupsession_open_start_time_seconds{${LINE},phase=Running}`), Date.UTC(2026, 10, 22, 10, 30) / 1000);
  assert.equal([...told.keys()].filter((name) => name.startsWith('backupsession_open_start')).length, 1);
});

test('an object without status claims nothing, and one that is gone has no series', () => {
  const { status: _, ...bare } = configuration('docs');
  const { status: __, ...place } = repository('repo');
  const told = series({ BackupConfiguration: [bare], Repository: [place] });
  assert.deepEqual(
    [...told.keys()].filter((name) => !name.startsWith('stash_objects')),
    [
      'invoker_info{invoker_kind=BackupConfiguration,invoker_name=docs,namespace=shop,driver=Restic,repository=repo,target_kind=Host,target_name=docs}',
    ],
  );
  assert.deepEqual(
    [...series({}).keys()].filter((name) => !name.startsWith('stash_objects')),
    [],
  );
});

test('aliases have results of their own, and what went into two repositories is told of each', () => {
  const spec = {
    repositories: [{ name: 'repo' }, { name: 'far', namespace: 'ops' }],
    execOps: [{ alias: 'full' }, { alias: 'incremental' }],
  };
  const session = ended('one', 'Succeeded', 10);
  const [stored] = session.status?.targets?.[0]?.stats?.[0]?.snapshots ?? [];
  session.status?.targets?.[0]?.stats?.[0]?.snapshots?.push({ ...stored, repository: 'ops/far', totalSize: '1.000 KiB' });
  const told = series({ BackupConfiguration: [configuration('docs', spec)], BackupSession: [session] });
  const sizes = [...told].filter(([name]) => name.startsWith('backupsession_host_data_size_bytes'));
  assert.deepEqual(
    sizes.map(([name, value]) => [/repository=([^,]*)/.exec(name)?.[1], value]),
    [
      ['repo', 2048],
      ['ops/far', 1024],
    ],
  );
  assert.deepEqual(
    [...told.keys()].filter((name) => name.startsWith('backupsession_success')).map((name) => /alias=(\w+)/.exec(name)?.[1]),
    ['full'],
  );
});

test('window, proof and objectives are told where the status has them; a window with a hole begins after it', () => {
  const at = (hour: number) => `2026-11-22T${String(hour).padStart(2, '0')}:00:00Z`;
  const more = { host: 'host-0', repository: 'shop/repo' };
  const status = {
    recoverable: [
      { from: at(1), to: at(3), provenAt: at(4), ...more },
      { from: at(5), to: at(9), ...more },
    ],
    objectives: { rpo: { objective: '5m', measured: '41s', met: true }, rto: { objective: '30m' } },
  };
  const told = series({ BackupConfiguration: [{ ...configuration('docs'), status } as BackupConfiguration] });
  const of = 'invoker_kind=BackupConfiguration,invoker_name=docs,namespace=shop';
  const place = `${of},hostname=host-0,repository=repo`;
  assert.equal(told.get(`recoverable_start_time_seconds{${place}}`), Date.parse(at(5)) / 1000);
  assert.equal(told.get(`recoverable_end_time_seconds{${place}}`), Date.parse(at(9)) / 1000);
  assert.equal(told.get(`recoverable_intervals{${place}}`), 2);
  assert.equal(told.get(`proven_time_seconds{${place}}`), Date.parse(at(4)) / 1000);
  assert.deepEqual(
    ['rpo_seconds', 'rpo_objective_seconds', 'rpo_met', 'rto_seconds', 'rto_objective_seconds', 'rto_met'].map((name) =>
      told.get(`${name}{${of}}`),
    ),
    [41, 300, 1, undefined, 1800, undefined],
  );
});

test('a full backup that an incremental one became says why', () => {
  const session = ended('one', 'Succeeded', 10);
  const host = session.status?.targets?.[0]?.stats?.[0];
  assert.ok(host);
  host.operation = { requested: 'Incremental', performed: 'Full', reason: 'LineageChanged' };
  const told = series({ BackupConfiguration: [configuration('docs')], BackupSession: [session] });
  assert.equal(told.get(`backupsession_forced_full{${HOST},reason=LineageChanged}`), 1);
});

test('a repository tells whether it can be used, and names no address', () => {
  const told = series({ Repository: [repository('repo')] });
  const of = 'namespace=shop,name=repo,backend=s3,bucket=backups,prefix=shop';
  for (const [name, value] of Object.entries({ usable: 1, integrity: 0, size_bytes: 1536, snapshot_count: 7, snapshot_cleaned: 2 }))
    assert.equal(told.get(`repository_${name}{${of}}`), value, name);
  assert.equal(told.get(`repository_locks{${of},holder=Foreign}`), 2);
});

test('a restore tells its result once it has one', () => {
  const restore = (status: object) =>
    ({
      apiVersion: 'stash.appscode.com/v1beta1',
      kind: 'RestoreSession',
      metadata: { name: 'back', namespace: 'shop', creationTimestamp: '2026-11-22T10:00:00Z' },
      spec: { driver: 'Restic', repository: { name: 'repo' }, target: { ref: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } } },
      status,
    }) as unknown as RestoreSession;
  const of = 'invoker_kind=RestoreSession,invoker_name=back,namespace=shop,driver=Restic,repository=repo';
  const running = series({ RestoreSession: [restore({ phase: 'Running', startTime: '2026-11-22T10:01:00Z' })] });
  assert.equal(running.get(`restoresession_open_start_time_seconds{${of},phase=Running}`), Date.UTC(2026, 10, 22, 10, 1) / 1000);
  assert.ok(!running.has(`restoresession_success{${of}}`));
  const failed = series({
    RestoreSession: [restore({ phase: 'Invalid', reason: 'DataInTheWay', stats: [{ hostname: 'host-0', phase: 'Failed' }] })],
  });
  assert.equal(failed.get(`restoresession_success{${of}}`), 0);
  assert.equal(failed.get(`restoresession_failure{${of},reason=DataInTheWay}`), 1);
  assert.equal(failed.get(`restoresession_host_restore_success{${of},kind=Deployment,group=apps,name=web,hostname=host-0}`), 0);
});

test('the longest time between two runs counts nights, weekends and months', () => {
  const intervalOf = intervals();
  for (const [schedule, hours] of [
    ['*/15 * * * *', 0.25],
    ['0 2 * * *', 24],
    ['0 2 * * 1-5', 72],
    ['*/5 9-17 * * *', 15 + 5 / 60],
    ['0 0 1 * *', 31 * 24],
  ] as const)
    assert.equal(intervalOf(schedule, 'UTC'), hours * 3600, schedule);
});

test('a batch tells of each of its members’ lines apart', () => {
  const member = (name: string) => ({ target: { alias: name, ref: { kind: 'Host', name } } });
  const spec = {
    driver: 'Restic',
    repository: { name: 'repo' },
    execOps: [{ alias: 'full', schedule: '0 2 * * *' }],
    members: [member('a'), { ...member('b'), execOps: [{ alias: 'full', schedule: '0 3 * * *' }] }],
  };
  const session = (name: string, phase: string, key: string): BackupSession => {
    const one = ended(name, phase, 10);
    return { ...one, spec: { invoker: { kind: 'BackupBatch', name: 'all' }, alias: 'full', members: [key] } };
  };
  const BackupBatch = [
    { apiVersion: 'stash.appscode.com/v1beta1', kind: 'BackupBatch', metadata: { name: 'all', namespace: 'shop' }, spec },
  ];
  const BackupSession = [session('one', 'Succeeded', 'Host/a'), session('two', 'Failed', 'Host/b')];
  const told = series({ BackupBatch, BackupSession } as unknown as Partial<Observed>);
  const of = 'invoker_kind=BackupBatch,invoker_name=all,namespace=shop,driver=Restic,repository=repo,alias=full';
  assert.deepEqual([told.get(`backupsession_success{${of}}`), told.get(`backupsession_success{${of},member=Host/b}`)], [1, 0]);
});
