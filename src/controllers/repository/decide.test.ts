import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupSession } from '../../api/backup-session.ts';
import type { Repository, RepositoryStatus } from '../../api/repository.ts';
import { checkDue, maintenanceReason, openRequest, probeDue } from './decide.ts';

const NOW = new Date('2026-11-22T10:00:00Z');
const ago = (seconds: number) => `${new Date(NOW.getTime() - seconds * 1000).toISOString().slice(0, 19)}Z`;
const seen = { observedGeneration: 1, observedSecretVersion: '5', lastProbeTime: ago(100) };
const withStatus = (status: RepositoryStatus | undefined) =>
  ({ metadata: { name: 'repo', namespace: 'shop', generation: 1 }, spec: {}, status }) as unknown as Repository;

const PROBES: [why: string, status: RepositoryStatus | undefined, waitingSince: string | undefined, failures: number, due: boolean][] = [
  ['never opened', undefined, undefined, 0, true],
  ['its spec changed', { ...seen, phase: 'Ready', observedGeneration: 0 }, undefined, 0, true],
  ['its secret changed', { ...seen, phase: 'Ready', observedSecretVersion: '4' }, undefined, 0, true],
  ['ready a while ago', { ...seen, phase: 'Ready' }, ago(1), 0, false],
  ['ready long ago', { ...seen, phase: 'Ready', lastProbeTime: ago(6 * 3600) }, undefined, 0, true],
  ['failed once just now', { ...seen, phase: 'NotReady', lastProbeTime: ago(5) }, undefined, 1, false],
  ['failed once half a minute ago', { ...seen, phase: 'NotReady', lastProbeTime: ago(31) }, undefined, 1, true],
  ['failed often a while ago', { ...seen, phase: 'NotReady', lastProbeTime: ago(200) }, undefined, 9, false],
  ['failed often, and somebody waits since', { ...seen, phase: 'NotReady' }, ago(1), 9, true],
  ['failed often, and who waits has seen that', { ...seen, phase: 'NotReady' }, ago(101), 9, false],
  ['failed tomorrow: the clock was set back', { ...seen, phase: 'NotReady', lastProbeTime: ago(-86_400) }, undefined, 9, true],
];
for (const [why, status, waitingSince, failures, due] of PROBES)
  test(`a repository that was ${why} is ${due ? '' : 'not '}opened`, () => {
    const answer = probeDue({ repository: withStatus(status), secretVersion: '5', waitingSince, failures, now: NOW });
    assert.equal(answer.due, due);
    if (!answer.due) assert.ok(answer.inMs > 0);
  });

test('a session or a maintenance that failed for what the storage is makes it be looked at again', () => {
  const ready = { ...seen, phase: 'Ready' as const };
  const due = (status: RepositoryStatus, troubleAt?: string) =>
    probeDue({ repository: withStatus(status), secretVersion: '5', waitingSince: undefined, troubleAt, failures: 0, now: NOW }).due;
  assert.equal(due(ready, ago(10)), true);
  assert.equal(due(ready, ago(200)), false);
  const maintenance = (code: string) => ({ phase: 'Failed' as const, endTime: ago(10), error: { code, message: '', remedy: '' } });
  assert.equal(due({ ...ready, maintenance: maintenance('RepositoryReplaced') }), true);
  assert.equal(due({ ...ready, maintenance: maintenance('DeadlineExceeded') }), false);
});

const stored = [{}] as unknown as BackupSession[];
const request = { id: '1', action: 'Check' as const };
const locked = [{ type: 'RepositoryLocked', status: 'True' as const, reason: 'R', message: '', lastTransitionTime: '' }];
const failed = (seconds: number) => ({ maintenance: { phase: 'Failed' as const, endTime: ago(seconds) } });
const REASONS: [why: string, status: RepositoryStatus, unrecorded: BackupSession[], asked: boolean, reason: string | undefined][] = [
  ['nothing to do', { phase: 'Ready' }, [], false, undefined],
  ['something stored', { phase: 'Ready' }, stored, false, 'BackupStored'],
  ['a repository that cannot be used', { phase: 'NotReady' }, stored, true, undefined],
  ['a request', { phase: 'Ready' }, stored, true, 'Check'],
  ['a request right after a failure', { phase: 'Ready', ...failed(1) }, stored, true, 'Check'],
  ['something stored right after a failure', { phase: 'Ready', ...failed(59) }, stored, false, undefined],
  ['something stored a minute after a failure', { phase: 'Ready', ...failed(60) }, stored, false, 'BackupStored'],
  ['something stored, and a failure of tomorrow', { phase: 'Ready', ...failed(-86_400) }, stored, false, 'BackupStored'],
  ['snapshots about to be forgotten', { phase: 'Ready', forgetting: ['a'] }, [], false, 'ForgetUnfinished'],
  [
    'a lock, looked at just now',
    { phase: 'Ready', conditions: locked, maintenance: { phase: 'Succeeded', endTime: ago(10) } },
    [],
    false,
    undefined,
  ],
  [
    'a lock, looked at a while ago',
    { phase: 'Ready', conditions: locked, maintenance: { phase: 'Succeeded', endTime: ago(300) } },
    [],
    false,
    'Locked',
  ],
];
for (const [why, status, unrecorded, asked, reason] of REASONS)
  test(`maintenance with ${why}: ${reason ?? 'none'}`, () => {
    const input = { repository: withStatus(status), unrecorded, request: asked ? request : undefined, now: NOW };
    assert.equal(maintenanceReason(input), reason);
  });

test('maintenance that somebody waits for since one failed: LocksLeft, without a pause', () => {
  const input = { repository: withStatus({ phase: 'Ready', ...failed(1) }), unrecorded: [], request: undefined, now: NOW };
  assert.equal(maintenanceReason({ ...input, owed: true }), 'LocksLeft');
});

test('the structure is checked once a day, and whenever it is asked for', () => {
  assert.equal(checkDue(withStatus({}), undefined, NOW), true);
  assert.equal(checkDue(withStatus({ lastCheckTime: ago(3600) }), undefined, NOW), false);
  assert.equal(checkDue(withStatus({ lastCheckTime: ago(86_400) }), undefined, NOW), true);
  assert.equal(checkDue(withStatus({ lastCheckTime: ago(3600) }), request, NOW), true);
});

test('a request is open until it is answered, and what is no request is none', () => {
  const answered = { requests: [{ id: '1', action: 'Check' as const, phase: 'Succeeded' as const, time: ago(1) }] };
  assert.deepEqual(openRequest(withStatus({}), JSON.stringify(request)), request);
  assert.equal(openRequest(withStatus(answered), JSON.stringify(request)), undefined);
  for (const text of [undefined, '', '{', 'null', '[]', '{"id":"1"}', '{"id":1,"action":"Check"}', '{"id":"1","action":"Explode"}'])
    assert.equal(openRequest(withStatus({}), text), undefined, text);
});
