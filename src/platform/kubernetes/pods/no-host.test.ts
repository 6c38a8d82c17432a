import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1Pod } from '@kubernetes/client-node';
import type { Workload, WorkloadKind } from '../sidecar/workload.ts';
import { whyNoHost } from './no-host.ts';

const pod = (name: string, more: { agent?: boolean; going?: boolean; status?: object } = {}) =>
  ({
    metadata: {
      namespace: 'shop',
      name,
      labels: { agent: String(more.agent ?? true) },
      ...(more.going === true ? { deletionTimestamp: '2026-03-01T10:00:00Z' } : {}),
    },
    status: more.status ?? {},
  }) as unknown as V1Pod;
const unscheduled = { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/2 nodes have room' }] };

const cases: { name: string; kind?: WorkloadKind; spec?: object; desired?: number; pods?: V1Pod[]; why: RegExp | undefined }[] = [
  {
    name: 'a Deployment whose old pod goes',
    pods: [pod('web-1', { going: true })],
    why: /^Deployment shop\/web has .* now: it has no pod$/,
  },
  { name: 'one whose new pod starts', pods: [pod('web-1', { going: true }), pod('web-2')], why: /: pod shop\/web-2 is not ready$/ },
  { name: 'one whose new pod cannot', pods: [pod('web-2', { status: unscheduled })], why: /cannot be scheduled: 0\/2 nodes have room$/ },
  { name: 'one that has not begun to replace its pods', pods: [pod('web-1', { agent: false })], why: /of before the agent was put/ },
  { name: 'one that is paused before that', spec: { paused: true }, pods: [pod('web-1', { agent: false })], why: undefined },
  { name: 'one that is paused after that', spec: { paused: true }, pods: [pod('web-2')], why: /is not ready/ },
  { name: 'one that is scaled to 0', spec: { replicas: 0 }, why: undefined },
  { name: 'one that is scaled down to 0', spec: { replicas: 0 }, pods: [pod('web-1')], why: undefined },
  { name: 'a DaemonSet whose pods are to come', kind: 'DaemonSet', desired: 2, why: /it has no pod$/ },
  { name: 'a DaemonSet that fits no node', kind: 'DaemonSet', desired: 0, why: undefined },
];
for (const { name, kind = 'Deployment', spec, desired = 0, pods = [], why } of cases)
  test(`${name}: ${why === undefined ? 'nothing to wait for' : 'it is waited for'}`, () => {
    const workload = { kind, metadata: { namespace: 'shop', name: 'web' }, spec: { template: {}, ...spec } } as unknown as Workload;
    const given = { ...workload, status: { desiredNumberScheduled: desired } };
    const said = whyNoHost(given, kind, pods, ({ metadata }) => metadata?.labels?.agent === 'true');
    if (why === undefined) assert.equal(said, undefined);
    else assert.match(said ?? '', why);
  });
