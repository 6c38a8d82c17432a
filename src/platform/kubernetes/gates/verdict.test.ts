import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1Pod } from '@kubernetes/client-node';
import type { RestoreSession } from '../../../api/restore-session.ts';
import type { WorkloadKind } from '../sidecar/workload.ts';
import { workloadOfPod } from './gate-pod.ts';
import { podOf, restoreOf, workload } from './testing/objects.ts';
import { gateVerdict, podsInTheWay } from './verdict.ts';

interface Case {
  name: string;
  kind: WorkloadKind;
  pod: V1Pod;
  sessions: RestoreSession[];
  others?: V1Pod[];
  told: string;
}

const web = podOf('Deployment', 'a');
const db1 = podOf('StatefulSet', 'db-1');
const onN2 = podOf('DaemonSet', 'x', { node: 'n2' });
const running = restoreOf('StatefulSet', 'now', 'Running', { 'host-0': 'done', 'host-1': 'ordered' });
const failed = restoreOf('StatefulSet', 'bad', 'Failed', { 'host-0': 'done', 'host-1': 'broken' });
const ordered = restoreOf('Deployment', 'now', 'Running', { 'host-0': 'ordered' });

const cases: Case[] = [
  { name: 'where nothing was ever restored', kind: 'Deployment', pod: web, sessions: [], told: 'Open' },
  { name: 'the ordinal that is ordered', kind: 'StatefulSet', pod: db1, sessions: [running], told: 'Restore host-1' },
  { name: 'the ordinal that is done', kind: 'StatefulSet', pod: podOf('StatefulSet', 'db-0'), sessions: [running], told: 'Open' },
  { name: 'an ordinal that is not in the plan', kind: 'StatefulSet', pod: podOf('StatefulSet', 'db-7'), sessions: [running], told: 'Open' },
  {
    name: 'an ordinal under an alias',
    kind: 'StatefulSet',
    pod: db1,
    sessions: [restoreOf('StatefulSet', 'now', 'Running', { 'orders-1': 'ordered' }, { alias: 'orders' })],
    told: 'Restore orders-1',
  },
  {
    name: 'an ordinal before orders are made',
    kind: 'StatefulSet',
    pod: db1,
    sessions: [restoreOf('StatefulSet', 'now', 'Running', { 'host-1': 'pending' })],
    told: 'Open',
  },
  { name: 'the ordinal that is half restored', kind: 'StatefulSet', pod: db1, sessions: [failed], told: 'Wait bad failed' },
  { name: 'its healthy neighbour', kind: 'StatefulSet', pod: podOf('StatefulSet', 'db-0'), sessions: [failed], told: 'Open' },
  {
    name: 'a half restored one that a newer restore healed',
    kind: 'StatefulSet',
    pod: db1,
    sessions: [failed, restoreOf('StatefulSet', 'good', 'Succeeded', { 'host-1': 'done' }, { minute: 5 })],
    told: 'Open',
  },
  {
    name: 'a half restored one that a newer restore did not touch',
    kind: 'StatefulSet',
    pod: db1,
    sessions: [failed, restoreOf('StatefulSet', 'hook', 'Failed', { 'host-1': 'pending' }, { minute: 5 })],
    told: 'Wait bad failed',
  },
  {
    name: 'a half restored one for which a newer restore is ordered',
    kind: 'StatefulSet',
    pod: db1,
    sessions: [failed, restoreOf('StatefulSet', 'again', 'Running', { 'host-1': 'ordered' }, { minute: 5 })],
    told: 'Restore host-1',
  },
  {
    name: 'the node that is ordered',
    kind: 'DaemonSet',
    pod: onN2,
    sessions: [restoreOf('DaemonSet', 'now', 'Running', { n1: 'done', n2: 'ordered' })],
    others: [podOf('DaemonSet', 'y', { node: 'n1', gate: 'open' })],
    told: 'Restore n2',
  },
  { name: 'any pod of a Deployment', kind: 'Deployment', pod: web, sessions: [ordered], told: 'Restore host-0' },
  {
    name: 'a pod of a Deployment next to one that asks too',
    kind: 'Deployment',
    pod: web,
    sessions: [ordered],
    others: [podOf('Deployment', 'b')],
    told: 'Restore host-0',
  },
  {
    name: 'a pod of a Deployment while another still ends',
    kind: 'Deployment',
    pod: web,
    sessions: [ordered],
    others: [podOf('Deployment', 'b', { gate: 'open', going: true })],
    told: 'Wait now: pod b still has the data',
  },
  {
    name: 'a pod of a Deployment while one of before there was a gate runs',
    kind: 'Deployment',
    pod: web,
    sessions: [ordered],
    others: [podOf('Deployment', 'b', { gate: 'none' })],
    told: 'Wait now: pod b still has the data',
  },
  {
    name: 'a pod of a Deployment beside one that has failed',
    kind: 'Deployment',
    pod: web,
    sessions: [ordered],
    others: [podOf('Deployment', 'b', { gate: 'none', phase: 'Failed' })],
    told: 'Restore host-0',
  },
  { name: 'a pod that is deleted', kind: 'Deployment', pod: podOf('Deployment', 'a', { going: true }), sessions: [ordered], told: 'Wait' },
  {
    name: 'a pod of a Deployment before the restore by another is over',
    kind: 'Deployment',
    pod: web,
    sessions: [restoreOf('Deployment', 'now', 'Running', { 'host-0': 'done' })],
    told: 'Wait now restored',
  },
  {
    name: 'a pod of a Deployment after it',
    kind: 'Deployment',
    pod: web,
    sessions: [restoreOf('Deployment', 'now', 'Failed', { 'host-0': 'done' })],
    told: 'Open',
  },
];
for (const { name, kind, pod, sessions, others = [], told } of cases)
  test(`A gate is told: ${name}: ${told}`, () => {
    const verdict = gateVerdict(workload(kind), pod, { sessions, pods: [pod, ...others] });
    const said = [verdict.do, 'host' in verdict ? verdict.host : '', 'why' in verdict ? verdict.why : ''].join(' ').replaceAll(/\s+/g, ' ');
    assert.ok(said.replace('RestoreSession ', '').startsWith(told), said);
  });

test('Pods that have the data of what is ordered are in the way, and those that ask are not', () => {
  const session = restoreOf('StatefulSet', 'now', 'Running', { 'host-0': 'done', 'host-1': 'ordered', 'host-2': 'ordered' });
  const pods = [
    podOf('StatefulSet', 'db-0', { gate: 'open' }),
    podOf('StatefulSet', 'db-1', { gate: 'open' }),
    podOf('StatefulSet', 'db-2', { gate: 'none', phase: 'Running' }),
  ];
  const found = (all: V1Pod[]) =>
    podsInTheWay(workload('StatefulSet'), session, all).map(({ host, pod }) => `${host} ${pod.metadata?.name}`);
  assert.deepEqual(found(pods), ['host-1 db-1', 'host-2 db-2']);
  const replaced = [
    podOf('StatefulSet', 'db-1'),
    podOf('StatefulSet', 'db-2', { gate: 'failed' }),
    podOf('StatefulSet', 'db-1', { gate: 'open', going: true }),
  ];
  assert.deepEqual(found(replaced), []);
});

test('A pod is known by who made it', () => {
  assert.deepEqual(workloadOfPod(web), workload('Deployment'));
  assert.deepEqual(workloadOfPod(db1), workload('StatefulSet'));
  assert.deepEqual(workloadOfPod(onN2), workload('DaemonSet'));
  assert.equal(workloadOfPod({ metadata: { ...web.metadata, labels: { 'pod-template-hash': '999' } } }), undefined);
  assert.equal(workloadOfPod({ metadata: { name: 'alone' } }), undefined);
});
