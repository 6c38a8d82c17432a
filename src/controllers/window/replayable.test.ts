import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupSession } from '../../api/backup-session.ts';
import type { LogHostStatus } from '../../api/log-host-status.ts';
import { StashError } from '../../errors/error.ts';
import { parseState } from '../../rules/gtid/state.ts';
import { replayableNow } from '../../rules/window/replayable.ts';
import type { Base, Stored, StoredLog } from '../../rules/window/stored.ts';
import type { Store } from '../../store/store.ts';
import { writeFirstReplayable, writeReplayable } from './replayable.ts';

const at = (minute: number) => `2026-11-22T10:${String(minute).padStart(2, '0')}:00Z`;
const TARGET = 'demo/AppBinding/db';

const base = (id: string, link: number, minute: number, gtid: string): Base => ({
  id,
  host: 'db',
  time: Date.parse(at(minute)),
  chain: 'c1',
  link,
  state: parseState(gtid),
  ofPrimary: true,
  bytes: 1,
});
const log = (minute: number, gtid: string): StoredLog => ({
  id: 'l',
  host: 'db',
  timeline: '0a1b2c3d',
  path: '/stage',
  from: parseState(''),
  to: parseState(gtid),
  since: Date.parse(at(0)),
  until: Date.parse(at(minute)),
  continues: { chain: 'c1', link: 0 },
  bytes: 1,
});

interface Kept {
  phase?: 'Running' | 'Succeeded';
  /** What each repository got. */
  repositories?: Record<string, string>;
  position?: Record<string, unknown>;
}

function session({
  phase = 'Succeeded',
  repositories = { repo: 'f' },
  position = { gtid: '0-1-4' } as Record<string, unknown>,
}: Kept = {}): BackupSession {
  const stored = Object.entries(repositories);
  const host = {
    hostname: 'db',
    endTime: at(1),
    position,
    repositories: stored.map(([name, id]) => ({ name, namespace: 'demo', phase: 'Stored' as const, snapshots: [id] })),
    snapshots: stored.map(([name, id]) => ({ repository: `demo/${name}`, snapshotID: id })),
  };
  return {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'BackupSession',
    metadata: { namespace: 'demo', name: 'db-full' },
    spec: { invoker: { kind: 'BackupConfiguration', name: 'db' } },
    status: { phase, targets: [{ ref: { kind: 'AppBinding', name: 'db' }, stats: [host] }] },
  };
}

/** What the session says after each look into a repository, and how often that was written. */
function looked(first: BackupSession) {
  let kept = first;
  let writes = 0;
  const store = {
    view: async (_kind: string, { having }: { having: { index: { keysOf(of: BackupSession): string[] }; key: string } }) =>
      having.index.keysOf(kept).includes(having.key) ? [kept] : [],
    replaceStatus: async (_kind: string, object: BackupSession) => {
      writes += 1;
      kept = object;
      return kept;
    },
  } as unknown as Store;
  const said = () => {
    const results = kept.status?.targets?.[0]?.stats?.[0]?.repositories ?? [];
    return {
      until: kept.status?.replayableUntil,
      results: results.map(({ name, replayable }) => [name, replayable?.until, replayable?.gtid]),
      writes,
    };
  };
  return {
    session: () => kept,
    tick: async (host: LogHostStatus) => {
      await writeFirstReplayable({ store }, [kept], [{ alias: 'log', state: 'Scheduled', logs: [host] }]);
      return said();
    },
    look: async (stored: Stored, repository = 'repo') => {
      await writeReplayable({ store }, { namespace: 'demo', name: repository }, new Map([[TARGET, stored]]));
      return said();
    },
  };
}

const full = base('f', 0, 1, '0-1-4');

test('a session says until when, and to which GTID, logs go on from its link; it is written when that changes, and goes with the logs', async () => {
  const { look } = looked(session());
  assert.deepEqual(await look({ bases: [full], logs: [] }), { until: undefined, results: [['repo', undefined, undefined]], writes: 1 });
  const told = { until: at(9), results: [['repo', at(9), '0-1-9']] };
  assert.deepEqual(await look({ bases: [full], logs: [log(9, '0-1-9')] }), { ...told, writes: 2 });
  assert.deepEqual(await look({ bases: [full, base('i', 1, 5, '0-1-6')], logs: [log(9, '0-1-9')] }), { ...told, writes: 2 });
  assert.equal((await look({ bases: [], logs: [log(9, '0-1-9')] })).until, undefined);
});

test('of several repositories the one whose logs reach furthest counts, whichever was looked into last', async () => {
  const { look } = looked(session({ repositories: { repo: 'f', other: 'g' } }));
  await look({ bases: [full], logs: [log(9, '0-1-9')] });
  const { until, results } = await look({ bases: [base('g', 0, 1, '0-1-4')], logs: [log(5, '0-1-6')] }, 'other');
  assert.deepEqual(
    [until, results],
    [
      at(9),
      [
        ['repo', at(9), '0-1-9'],
        ['other', at(5), '0-1-6'],
      ],
    ],
  );
});

test('nothing is said of one that runs, or of what no log can go on from', async () => {
  const stored = { bases: [full], logs: [log(9, '0-1-9')] };
  for (const one of [session({ phase: 'Running' }), session({ position: {} })]) assert.equal((await looked(one).look(stored)).writes, 0);
});

test('a session whose link is known says once that logs reach past its end; how far since, its configuration knows', async () => {
  const seen = looked(session());
  await seen.look({ bases: [full], logs: [] });
  const tick = (minute: number, gtid: string, continues = 'c1.0') =>
    seen.tick({
      target: TARGET,
      host: 'db',
      timeline: '0a1b2c3d',
      gtid,
      until: at(minute),
      continues,
      repositories: [{ name: 'demo/repo', archivedTo: at(minute), lastUpload: at(minute) }],
    });
  assert.equal((await tick(2, '0-1-4', 'c2.0')).until, undefined, 'of another chain');
  assert.equal((await tick(2, '0-1-3')).until, undefined, 'not as far as the link');
  assert.equal((await tick(0, '0-1-4')).until, undefined, 'nothing after it');
  const first = await tick(2, '0-1-5');
  assert.deepEqual(first.results, [['repo', at(2), '0-1-5']]);
  assert.deepEqual(await tick(3, '0-1-6'), first);
  const interval = { from: at(1), to: at(3), gtidTo: '0-1-6', timeline: '0a1b2c3d', repository: 'demo/repo' };
  const now = (one: object = {}) => replayableNow(seen.session(), [{ ...interval, ...one }]).replayableUntil;
  assert.equal(now(), at(3));
  for (const other of [
    { timeline: '11111111' },
    { repository: 'demo/other' },
    { target: 'demo/AppBinding/other' },
    { from: at(3) },
    { to: at(1) },
  ])
    assert.equal(now(other), at(2), JSON.stringify(other));
});

test('a session that goes meanwhile is no trouble', async () => {
  const store = {
    view: async () => [session()],
    replaceStatus: async () => {
      throw new StashError('NotFound', 'gone');
    },
  } as unknown as Store;
  const stored = new Map([[TARGET, { bases: [full], logs: [log(9, '0-1-9')] }]]);
  await writeReplayable({ store }, { namespace: 'demo', name: 'repo' }, stored);
});
