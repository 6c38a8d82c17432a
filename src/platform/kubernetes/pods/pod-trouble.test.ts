import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1PodStatus } from '@kubernetes/client-node';
import { podTrouble } from './pod-trouble.ts';

const said = (status: V1PodStatus) => podTrouble({ metadata: { namespace: 'shop', name: 'job-x' }, status });
const container = { name: 'stash', image: '', imageID: '', ready: false, restartCount: 0 };

test('what keeps an agent from running is said with its own words', () => {
  const waiting = { reason: 'ImagePullBackOff', message: 'no such image' };
  const terminated = { exitCode: 1, message: 'the stage is read-only' };
  const cases: [V1PodStatus, RegExp][] = [
    [{ conditions: [{ type: 'PodScheduled', status: 'False', message: '0/2 nodes are available' }] }, /cannot be scheduled: 0\/2 nodes/],
    [{ containerStatuses: [{ ...container, state: { waiting } }] }, /container stash of pod shop\/job-x: ImagePullBackOff; no such image/],
    [
      { initContainerStatuses: [{ ...container, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated } }] },
      /CrashLoopBackOff; it said: the stage is read-only/,
    ],
    [{ phase: 'Failed', containerStatuses: [{ ...container, state: { terminated } }] }, /failed: stash ended with exit code 1: the stage/],
    [{ phase: 'Failed', reason: 'Evicted', message: 'the node was low on memory' }, /failed: the node was low on memory/],
  ];
  for (const [status, text] of cases) assert.match(said(status) ?? 'nothing', text);
});

test('a pod that is on its way, or runs, is in no trouble', () => {
  for (const status of [
    { phase: 'Pending', containerStatuses: [{ ...container, state: { waiting: { reason: 'ContainerCreating' } } }] },
    { phase: 'Running', containerStatuses: [{ ...container, state: { running: {} } }] },
    {},
  ])
    assert.equal(said(status), undefined);
});

test('What a container said is without its secrets, also where it is cut', () => {
  const redact = (text: string) => text.replaceAll('hunter22', '***');
  const message = `hunter22${'x'.repeat(496)}`;
  const metadata = { namespace: 'shop', name: 'job-x' };
  const base = { name: 'stash', image: '', imageID: '', ready: false, restartCount: 1 };
  const terminated = { exitCode: 1, message };
  const waits = { ...base, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated } };
  for (const status of [{ containerStatuses: [waits] }, { phase: 'Failed', containerStatuses: [{ ...base, state: { terminated } }] }])
    assert.match(podTrouble({ metadata, status }, redact) ?? '', /: \*\*\*x{496}$/);
});
