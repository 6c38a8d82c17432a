import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Static } from 'typebox';
import { MOST_MARKS } from '../api/most-marks.ts';
import { isCode } from '../errors/error.ts';
import { boundedReport } from './bounded-report.ts';
import { type PollRequest, PROTOCOL } from './protocol.ts';
import { pollReader } from './read-poll.ts';
import type { OrderResult, Report } from './report.ts';
import type { RESULTS } from './report-schema.ts';
import { runningReport } from './testing/order.ts';

const read = pollReader();
const poll = (reports: unknown[], more: Partial<PollRequest> = {}) => ({
  protocol: PROTOCOL,
  agent: 'pod/shop/db-0/stash',
  instance: 'i',
  reports,
  ended: [],
  waitMs: 20_000,
  ...more,
});
/** Fails to compile where the schemas let something through that the type does not have. */
const asResult = (result: { [K in keyof typeof RESULTS]: Static<(typeof RESULTS)[K]> }[keyof typeof RESULTS]): OrderResult => result;

const repository = { namespace: 'shop', name: 'repo' };
const files = { total: 1, new: 1, modified: 0, unmodified: 0 };
const error = { code: 'StorageFull', message: 'full', remedy: 'Free some.' };
const stored = { repository, snapshotId: 'abc', paths: ['/data'], totalBytes: 5, storedBytes: 3, seconds: 0.5, files, unreadable: [] };
const snapshot = { id: 'abc', time: '2026-11-22T10:00:00.123456789Z', host: 'host-0', paths: ['/data'], tags: ['a=b'], tree: 'x' };
const lock = { id: 'l', time: '2026-11-22T10:00:00Z', exclusive: true, hostname: 'h', pid: 7 };
const results: { [T in OrderResult['type']]: Extract<OrderResult, { type: T }> } = {
  Backup: {
    type: 'Backup',
    operation: { requested: 'Full', performed: 'Full', reason: 'Requested' },
    position: { gtid: '0-1-2' },
    stored: [stored],
    failed: [{ ...repository, error }],
  },
  Restore: { type: 'Restore', files: 3, bytes: 30, message: 'done' },
  Log: {
    type: 'Log',
    role: 'Primary',
    evidence: { slaves: 0 },
    log: {
      timeline: 'feedbeef',
      from: '',
      gtid: '0-1-2,7-1-3',
      until: '2026-11-22T10:00:00.123456Z',
      recent: [{ gtid: '7-1-3', time: 1, state: '0-1-2,7-1-3' }],
      continues: 'cafecafe.0',
      follows: 'beefbeef@0-1-1',
    },
    ended: { reason: 'Hole', message: 'purged', time: '2026-11-22T09:00:00Z', from: '0-1-1', to: '0-1-9' },
    stored: [{ repository, snapshotId: 'abc', totalBytes: 5, storedBytes: 3, seconds: 0.5 }],
    failed: [{ ...repository, error }],
    complete: [repository],
  },
  Role: { type: 'Role', role: 'Replica', evidence: { source: 'db-0', running: false, servers: 1 } },
  Probe: { type: 'Probe', repositoryId: 'f', created: false, stats: { snapshots: 1, bytesStored: 2, bytesUncompressed: 3 } },
  List: { type: 'List', snapshots: [snapshot], records: { snapshotId: 'r', text: '{}' } },
  Resolve: {
    type: 'Resolve',
    found: [
      { id: 'abc', gtid: '0-1-2', before: { gtid: '0-1-2', time: lock.time }, after: { gtid: '0-1-3', time: lock.time }, misplaced: 1 },
    ],
  },
  Survey: { type: 'Survey', repositoryId: 'f', snapshots: [snapshot], locks: [{ ...lock, username: 'root' }] },
  Maintain: { type: 'Maintain', forgotten: ['abc'], check: { errors: 1, brokenPacks: ['p'], messages: ['bad'] } },
  Wipe: {
    type: 'Wipe',
    forgotten: [],
    locked: { locks: [{ ...lock, firstSeen: lock.time, holder: 'Foreign' }], blocking: ['l'] },
    kept: 'a snapshot is left',
  },
};

for (const result of Object.values(results))
  test(`a report with the result of a ${result.type} is understood`, () => {
    const report: Report = { ...runningReport('one'), state: 'Succeeded', endTime: '2026-11-22T10:01:00Z', result: asResult(result) };
    assert.deepEqual(read(poll([report])).reports, [report]);
  });

test('all an agent can say of itself is understood', () => {
  const process = { hostname: 'h', pid: 7, startTicks: '1', repository };
  const more = { journal: 'j', pod: 'p', stopping: ['one'], ended: [{ ...process, time: lock.time }], processes: [process] };
  const progress = { step: 'upload', percentDone: 1.5, bytesDone: 1, totalBytes: 2, filesDone: 1, totalFiles: 2, updateTime: lock.time };
  const steps = [{ name: 'upload', phase: 'Running', seconds: 0.1 }];
  const request = poll([{ ...runningReport('one'), steps, progress, error }], more);
  assert.deepEqual(read(request), request);
});

const wrong: [what: string, body: unknown, says: RegExp][] = [
  ['is no object', 'hello', /must be an object/],
  ['has no key', { ...poll([]), agent: '' }, /agent: /],
  ['has a key that is none', poll([], { agent: '../etc' + '\n' }), /agent: /],
  ['has an order id that is none', poll([runningReport('%E0%A4%A')]), /reports\[0\]\.orderId: /],
  ['has a time that is none', poll([runningReport('one', 'yesterday')]), /reports\[0\]\.startTime: /],
];
for (const [what, body, says] of wrong)
  test(`a request that ${what} is refused, and says where`, () => {
    assert.throws(
      () => read(body),
      (thrown) => isCode(thrown, 'Invalid') && says.test(thrown.message),
    );
  });

const unknown: [what: string, report: object, says: RegExp][] = [
  ['a result of no kind', { result: { type: 'Magic' } }, /reports\[1\]\.result\.type: there is no result "Magic"/],
  ['a result that is wrong', { result: { ...results.Restore, files: -1 } }, /reports\[1\]\.result\.files: must be at least 0/],
  ['a state of no kind', { state: 'Paused' }, /reports\[1\]\.state: /],
  ['a field of no kind', { mood: 'good' }, /reports\[1\]\.mood: /],
  ['a message that is too long', { error: { ...error, message: 'x'.repeat(8_193) } }, /error\.message: /],
  ['more steps than there may be', { steps: new Array(101).fill({ name: 'a', phase: 'Running' }) }, /steps: /],
];
for (const [what, part, says] of unknown)
  test(`a report with ${what} is the failure of its order, and says where; the others count`, () => {
    const good = runningReport('good');
    const [first, failed] = read(poll([good, { ...runningReport('one'), state: 'Succeeded', ...part }])).reports;
    assert.deepEqual(first, good);
    const { orderId, startTime } = runningReport('one');
    assert.deepEqual(
      { ...failed, error: failed?.error?.code },
      { orderId, startTime, state: 'Failed', steps: [], error: 'ReportNotUnderstood' },
    );
    assert.match(failed?.error?.message ?? '', says);
  });

test('while an order runs, what is not understood of it is left out', () => {
  const report = runningReport('one');
  const steps = [{ name: 'dance', phase: 'Twisting' }];
  assert.deepEqual(read(poll([{ ...report, steps }])).reports, [{ ...report, steps: [] }]);
});

test('whatever an agent has to say, it cuts it down to what is taken, and keeps beginning and end of a text', () => {
  const long = `begin ${'x'.repeat(20_000)} end`;
  const many = new Array(2_000).fill({ item: long, message: long });
  const steps = new Array(150).fill(0).map((_, index) => ({ name: `${index}${long}`, phase: 'Succeeded' as const }));
  const bad = { code: 'CommandFailed', message: long, remedy: long };
  const cut: OrderResult[] = [
    {
      ...results.Backup,
      stored: [{ ...stored, unreadable: many.slice(0, 1_500) }],
      failed: [{ ...repository, error: bad }],
      skipped: long,
    },
    { ...results.Restore, message: long },
    { ...results.Maintain, check: { errors: 1, brokenPacks: [], messages: new Array(1_500).fill(long) } },
    { ...results.Wipe, kept: long },
  ];
  for (const result of cut) {
    const bounded = boundedReport({ ...runningReport('one'), state: 'Failed', steps, error: bad, result });
    read(poll([bounded]));
    assert.match(bounded.error?.message ?? '', /^begin x+ \[…\] x+ end$/);
    assert.match(bounded.steps.at(-1)?.name ?? '', /^149begin/);
  }
  const short: Report = { ...runningReport('one'), result: results.Backup };
  assert.deepEqual(boundedReport(short), short);
});

test('whatever a function gives as evidence of a role, an agent tells of it few plain values, which are understood', () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`v${index}`, 'x'.repeat(20_000)]));
  const evidence = { nested: { a: 1 }, list: [1], ...many } as unknown as Record<string, string>;
  const report: Report = { ...runningReport('one'), state: 'Succeeded', result: { type: 'Role', role: 'Primary', evidence } };
  assert.throws(() => assert.deepEqual(read(poll([report])).reports[0]?.state, 'Succeeded'));
  const [told] = read(poll([boundedReport(report)])).reports;
  assert.equal(told?.state, 'Succeeded');
  assert.equal(told?.result?.type === 'Role' && Object.keys(told.result.evidence).length, 32);
});

test('evidence with a name as long as it likes, and a GTID state that is none, are not understood', () => {
  const long = { ['x'.repeat(65)]: 1 };
  const { log } = results.Log;
  const wrong = [
    { ...results.Role, evidence: long },
    { ...results.Log, evidence: long },
    { ...results.Log, log: { ...log, gtid: 'x' } },
    { ...results.Log, log: { ...log, recent: Array.from({ length: MOST_MARKS + 1 }, () => ({ gtid: '0-1-1', time: 1, state: '0-1-1' })) } },
  ] as Report['result'][];
  for (const result of wrong) {
    const report = { ...runningReport('one'), state: 'Succeeded', result } as Report;
    const taken = () => read(poll([report])).reports[0]?.state === 'Succeeded';
    assert.throws(() => assert.ok(taken()), JSON.stringify(result).slice(0, 200));
  }
});
