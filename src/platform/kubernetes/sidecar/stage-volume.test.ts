import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TempDir } from '../../../api/temp-dir.ts';
import { stageOf } from './stage-volume.ts';
import { database, physicalSidecar } from './testing/workloads.ts';
import { ownPart } from './workload.ts';

const claim = { metadata: { name: 'ignored', labels: { a: 'b' } }, spec: { resources: { requests: { storage: '20Gi' } } } };
const cases: { name: string; tempDir: TempDir; container?: string; stage: object }[] = [
  {
    name: 'a limit',
    tempDir: { sizeLimit: '4Gi' },
    stage: {
      volume: 'stash-stage',
      directory: '/var/lib/stash/stash',
      sizeLimit: '4Gi',
      added: { name: 'stash-stage', emptyDir: { sizeLimit: '4Gi' } },
    },
  },
  {
    name: 'memory',
    tempDir: { sizeLimit: 1024, medium: 'Memory' },
    container: 'fulls',
    stage: {
      volume: 'stash-stage-fulls',
      directory: '/var/lib/stash/fulls',
      sizeLimit: '1024',
      added: { name: 'stash-stage-fulls', emptyDir: { sizeLimit: '1024', medium: 'Memory' } },
    },
  },
  {
    name: 'a claim of the pod',
    tempDir: { volumeClaimTemplate: claim },
    stage: {
      volume: 'stash-stage',
      directory: '/var/lib/stash/stash',
      added: {
        name: 'stash-stage',
        ephemeral: { volumeClaimTemplate: { metadata: { labels: { a: 'b' } }, spec: { accessModes: ['ReadWriteOnce'], ...claim.spec } } },
      },
    },
  },
  {
    name: 'a volume of the workload',
    tempDir: { volume: 'scratch' },
    stage: { volume: 'scratch', directory: '/var/lib/stash/.stash/stash' },
  },
];
for (const { name, tempDir, container = 'stash', stage } of cases)
  test(`The stage is on ${name}`, () => {
    const pod = ownPart(database({}, { volumes: [{ name: 'scratch', emptyDir: {} }] }));
    assert.deepEqual(stageOf(pod, physicalSidecar({ tempDir, container }), ['data']), stage);
  });

test('A long container name still makes a volume name', () => {
  const { volume } = stageOf(ownPart(database()), physicalSidecar({ container: 'a'.repeat(63) }), []);
  assert.ok(volume.length <= 63);
});
