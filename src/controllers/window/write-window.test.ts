import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { BackupTarget } from '../../api/target.ts';
import type { Snapshot } from '../../engine/engine.ts';
import type { RecordEntry } from '../../rules/records.ts';
import type { Context } from '../context.ts';
import { newestIntervals } from './tell.ts';
import { writeWindow } from './write-window.ts';

const repository = { namespace: 'demo', name: 'repo' };
const at = (minute: number) => `2026-11-22T10:${String(minute).padStart(2, '0')}:00Z`;

function snapshot(id: string, minute: number, tags: string[]): Snapshot {
  return { id, time: at(minute), host: 'db', paths: ['/stage'], tags: ['stash.target=demo/AppBinding/db', ...tags], tree: '' } as Snapshot;
}
const full = snapshot('f', 1, ['stash.chain=c1', 'stash.link=full', 'stash.gtid=0-1-4']);
const log = snapshot('l', 9, [
  'stash.series=log',
  'stash.timeline=0a1b2c3d',
  'stash.from=',
  'stash.gtid=0-1-9',
  `stash.since=${at(0)}`,
  `stash.until=${at(9)}`,
  'stash.continues=c1.0',
]);

/** What a BackupConfiguration, or the members of a BackupBatch, back up. */
interface Members {
  target?: BackupTarget;
  members?: { target: BackupTarget }[];
}
const database = (name: string): BackupTarget => ({ ref: { apiVersion: 'v1', kind: 'AppBinding', name } });
const CONFIGURATION: Members = { target: database('db') };

async function written(snapshots: Snapshot[], { status = {}, entries = [] as RecordEntry[], spec = CONFIGURATION as Members } = {}) {
  let stored = {
    kind: spec.members === undefined ? 'BackupConfiguration' : 'BackupBatch',
    metadata: { namespace: 'demo', name: 'db' },
    spec: { repository: { name: 'repo' }, ...spec },
    status,
  } as unknown as BackupConfiguration;
  const store = {
    view: async (kind: string) => (kind === stored.kind ? [stored] : []),
    replaceStatus: async (_kind: string, object: BackupConfiguration) => (stored = object),
  };
  const ctx = { store, clock: { now: () => new Date(at(10)) } } as unknown as Context;
  await writeWindow(ctx, repository, snapshots, entries);
  const condition = stored.status?.conditions?.find(({ type }) => type === 'RecoverableWindowOpen');
  return { recoverable: stored.status?.recoverable, condition: condition && `${condition.status} ${condition.reason}` };
}

test('a full and the logs that go on from it are one stretch', async () => {
  const interval = {
    from: at(1),
    to: at(9),
    gtidFrom: '0-1-4',
    gtidTo: '0-1-9',
    host: 'db',
    timeline: '0a1b2c3d',
    repository: 'demo/repo',
  };
  assert.deepEqual(await written([full, log]), { recoverable: [interval], condition: 'True LogsGoOn' });
});

test('a full alone is a point, and what another repository has is kept, newest first', async () => {
  const other = { from: at(0), to: at(0), repository: 'demo/other' };
  const { recoverable, condition } = await written([full], { status: { recoverable: [other] } });
  assert.deepEqual(
    recoverable?.map(({ to, repository: of }) => [to, of]),
    [
      [at(1), 'demo/repo'],
      [at(0), 'demo/other'],
    ],
  );
  assert.equal(condition, 'False NoLogs');
});

test('what was stored of another target, or by another host, does not count, whatever its tags say', async () => {
  const recorded = { id: 'l', target: 'demo/AppBinding/db', host: 'db', complete: true } as RecordEntry;
  for (const [entry, condition] of [
    [recorded, 'True LogsGoOn'],
    [{ ...recorded, target: 'demo/AppBinding/other' }, 'False NoLogs'],
    [{ ...recorded, host: 'other' }, 'False NoLogs'],
    // Adopted: whose it is was only taken to be.
    [{ ...recorded, target: 'demo/AppBinding/other', operation: '' }, 'True LogsGoOn'],
  ] as const)
    assert.equal((await written([full, log], { entries: [entry] })).condition, condition);
});

test('what is incomplete does not count, and nothing is said of what never had anything', async () => {
  const entries = [{ id: 'f', complete: false } as RecordEntry];
  assert.deepEqual(await written([full, log], { entries }), { recoverable: undefined, condition: undefined });
  assert.deepEqual(await written([], { status: { recoverable: [{ from: at(0), to: at(0), repository: 'demo/repo' }] } }), {
    recoverable: [],
    condition: 'False NothingStored',
  });
});

test('a batch says it of each of its targets that are databases; the window is open when it is of all of them', async () => {
  const of = (target: string, one: Snapshot): Snapshot => ({
    ...one,
    id: `${one.id}-${target}`,
    tags: one.tags.map((tag) => tag.replace('AppBinding/db', `AppBinding/${target}`)),
  });
  const spec = { members: [{ target: database('db') }, { target: database('second') }, { target: database('files') }] };
  const { recoverable, condition } = await written([full, log, of('second', full)], { spec });
  assert.deepEqual(
    recoverable?.map(({ target, to, timeline }) => [target, to, timeline]),
    [
      ['demo/AppBinding/db', at(9), '0a1b2c3d'],
      ['demo/AppBinding/second', at(1), undefined],
    ],
  );
  assert.equal(condition, 'False NoLogs');
  assert.equal((await written([full, log, of('second', full), of('second', log)], { spec })).condition, 'True LogsGoOn');
});

test('of many stretches the newest are told, and of each target and repository the newest in any case', () => {
  const interval = (minute: number, target: string, repository = 'demo/repo') => ({ from: at(minute), to: at(minute), target, repository });
  const many = Array.from({ length: 59 }, (_, minute) => interval(minute, 'busy'));
  const told = newestIntervals([interval(0, 'idle'), interval(0, 'busy', 'demo/other'), ...many]);
  assert.equal(told.length, 52);
  assert.deepEqual(told.slice(-2), [interval(0, 'idle'), interval(0, 'busy', 'demo/other')]);
  assert.deepEqual(told[0], interval(58, 'busy'));
});
