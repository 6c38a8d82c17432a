import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import { nodeOfClaim } from './claim.ts';

const theirs = podOf('db-0', 'n1');
const ours = podOf('stash-backup-data', 'n2', { 'stash.appscode.com/agent': 'job/shop/stash-backup-data' });
const elsewhere = { ...podOf('web-0', 'n3'), spec: { nodeName: 'n3', volumes: [] } };

const nodes: [why: string, mode: string, pods: object[], node: string | undefined][] = [
  ['that of the pod which has it', 'ReadWriteOnce', [elsewhere, theirs], 'n1'],
  ['any, where nobody has it', 'ReadWriteOnce', [elsewhere], undefined],
  ['any, where many may have it', 'ReadWriteMany', [theirs], undefined],
  ['that of our own pod', 'ReadWriteOnce', [ours], 'n2'],
  ['that of our own pod, which is no reason to refuse it', 'ReadWriteOncePod', [ours], 'n2'],
];
for (const [why, mode, pods, node] of nodes)
  test(`the node of a claim is ${why}`, async () => assert.equal(await nodeOfClaim(serverOf(pods), claimOf(mode), 'backup'), node));

const remedies = [
  ['backup', /^Back up the workload/],
  ['restore', /^Restore into the workload/],
] as const;
for (const [direction, remedy] of remedies)
  test(`a claim that another pod alone may have is refused, with what to do for a ${direction}`, async () => {
    const asked = nodeOfClaim(serverOf([ours, theirs]), claimOf('ReadWriteOncePod'), direction);
    await assert.rejects(asked, { code: 'Invalid', message: /ReadWriteOncePod, and pod db-0 has it/, remedy });
  });

function claimOf(mode: string) {
  return { metadata: { namespace: 'shop', name: 'data' }, spec: { accessModes: [mode] } };
}

function podOf(name: string, nodeName: string, annotations: Record<string, string> = {}) {
  return {
    metadata: { name, annotations },
    spec: { nodeName, volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] },
  };
}

function serverOf(items: object[]): Connection {
  return { send: async () => ({ status: 200, body: { items } }) } as unknown as Connection;
}
