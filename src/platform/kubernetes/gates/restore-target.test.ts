import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Workload } from '../sidecar/workload.ts';
import { checkPartition } from './restore-target.ts';
import { podOf } from './testing/objects.ts';

const behind = (partition: number): Workload => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { namespace: 'shop', name: 'db' },
  spec: { template: {}, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } } },
});

test('A pod that its partition keeps without a gate is named before anything is deleted', () => {
  const pods = [podOf('StatefulSet', 'db-0', { gate: 'none' }), podOf('StatefulSet', 'db-1', { gate: 'open' })];
  assert.throws(() => checkPartition(behind(1), pods), {
    code: 'Invalid',
    message: /pod db-0 has no gate, and the partition 1 of StatefulSet shop\/db/,
  });
  checkPartition(behind(1), pods.slice(1));
  checkPartition(behind(2), pods.slice(1));
  checkPartition(behind(0), pods);
});
