import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1Pod } from '@kubernetes/client-node';
import { workloadHosts } from './workload-hosts.ts';

interface Given {
  hash?: string;
  ready?: boolean;
  node?: string;
  age?: number;
  phase?: string;
  going?: boolean;
}

/** Pods as the API server writes them: with times as text. */
function pod(name: string, { hash = 'new', ready = true, node = 'n1', age = 0, phase = 'Running', going = false }: Given = {}): V1Pod {
  const deletion = going ? { deletionTimestamp: '2026-03-01T10:00:00Z' } : {};
  return {
    metadata: { name, annotations: { hash }, creationTimestamp: `2026-02-${String(28 - age).padStart(2, '0')}T10:00:00Z`, ...deletion },
    spec: { nodeName: node },
    status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  } as unknown as V1Pod;
}

const hasAgent = ({ metadata }: V1Pod) => metadata?.annotations?.hash === 'new';
const web = { kind: 'Deployment', name: 'web' } as const;
const db = { kind: 'StatefulSet', name: 'db' } as const;
const logs = { kind: 'DaemonSet', name: 'logs' } as const;

const cases: { name: string; workload: Parameters<typeof workloadHosts>[0]; pods: V1Pod[]; alias?: string; hosts: [string, string][] }[] = [
  {
    name: 'a Deployment: the oldest ready pod',
    workload: web,
    pods: [pod('a'), pod('b', { age: 2 }), pod('c', { age: 3, ready: false })],
    hosts: [['host-0', 'b']],
  },
  {
    name: 'a Deployment: one with the present agent',
    workload: web,
    pods: [pod('old', { hash: 'old', age: 5 }), pod('new')],
    hosts: [['host-0', 'new']],
  },
  { name: 'a Deployment: none that goes', workload: web, pods: [pod('a', { going: true, age: 1 }), pod('b')], hosts: [['host-0', 'b']] },
  { name: 'a Deployment: of the same age always the same', workload: web, pods: [pod('b'), pod('a')], hosts: [['host-0', 'a']] },
  { name: 'a Deployment without a ready pod', workload: web, pods: [pod('a', { ready: false })], hosts: [] },
  { name: 'a Deployment with an alias', workload: web, pods: [pod('a')], alias: 'shop', hosts: [['shop', 'a']] },
  {
    name: 'a StatefulSet: each ordinal, also one whose pod is gone',
    workload: { ...db, replicas: 2 },
    pods: [pod('db-0')],
    hosts: [
      ['host-0', 'db-0'],
      ['host-1', 'db-1'],
    ],
  },
  {
    name: 'a StatefulSet that begins elsewhere',
    workload: { ...db, replicas: 2, firstOrdinal: 5 },
    pods: [],
    hosts: [
      ['host-5', 'db-5'],
      ['host-6', 'db-6'],
    ],
  },
  { name: 'a StatefulSet with an alias', workload: db, pods: [], alias: 'orders', hosts: [['orders-0', 'db-0']] },
  { name: 'a StatefulSet of no pods', workload: { ...db, replicas: 0 }, pods: [], hosts: [] },
  {
    name: 'a DaemonSet: nodes',
    workload: logs,
    pods: [pod('x', { node: 'n2' }), pod('y', { node: 'n1', ready: false })],
    hosts: [
      ['n1', 'y'],
      ['n2', 'x'],
    ],
  },
  { name: 'a DaemonSet with an alias', workload: logs, pods: [pod('x', { node: 'n2' })], alias: 'logs', hosts: [['logs-n2', 'x']] },
  {
    name: 'a DaemonSet whose pods are replaced',
    workload: logs,
    pods: [pod('new'), pod('old', { age: 4 }), pod('going', { node: 'n2', going: true }), pod('failed', { node: 'n3', phase: 'Failed' })],
    hosts: [['n1', 'new']],
  },
];
for (const { name, workload, pods, alias, hosts } of cases)
  test(`Hosts of ${name}`, () => {
    assert.deepEqual(
      workloadHosts(workload, pods, { alias, hasAgent }).map(({ host, pod: which }) => [host, which]),
      hosts,
    );
  });
